// The indexes of the store, in whichever database it is. Every statement finds its rows by one of them, and none reads a table that
// grows from end to end.

export const ofRemembered = `
create index remembered_at on remembered (at);
create index remembered_loose on remembered (position) where packed = 0;
`;

export const ofArtifactUses = `
create index artifact_use_at on artifact_use (at);
`;

export const ofLoopsAndWork = `
create index loop_branch on loop (repository_id, branch);
create index loop_pull on loop (repository_id, pull);
create index loop_head on loop (repository_id, head);
create index loop_installation on loop (installation_id);
create index loop_live on loop (issue_key) where live = 1;
create index loop_running on loop (issue_key) where running = 1;
create index loop_ended on loop (ended_at) where ended_at is not null;
create index event_open on event (issue_key, seq) where handled = 0;
create index event_at on event (at);
create index effect_issue on effect (issue_key, position);
create index effect_due on effect (not_before);
create index alarm_at on alarm (at);
create index trace_issue on trace (issue_key, id);
create index trace_at on trace (at);
`;

/** Of all loops, which need what their runs left here: read without the loops. */
export const ofLoopIds = `
create index loop_ids on loop (loop, keeps_files);
`;

/** The ended loops of a repository, by the time of their end. */
export const ofPastLoops = `
create index loop_past on loop (repository_id, ended_at) where ended_at is not null;
`;

/** What runs cost, of a repository and of an account, that a day still asks for. */
export const ofRunCosts = `
create index run_cost_repository on run_cost (repository_id, counts_until);
create index run_cost_installation on run_cost (installation_id, counts_until);
create index run_cost_owner on run_cost (owner, counts_until);
create index run_cost_until on run_cost (counts_until);
`;

export const allIndexes = [ofRemembered, ofArtifactUses, ofLoopsAndWork, ofLoopIds, ofPastLoops, ofRunCosts].join("");
