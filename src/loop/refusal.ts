// Why a command or an approval is refused, as facts; report/wording/refusals.ts says them.
import type { Amount, AmountFault } from "./amount.ts";
import type { StopReason } from "./cause.ts";

/** Why a command is not obeyed. `told` comes from versions that kept sentences. */
export type CommandRefusal =
  | { readonly of: "no_permission"; readonly permission: string }
  | { readonly of: "runs_already" }
  | { readonly of: "not_on_issue" }
  | { readonly of: "run_words" } // nothing but a base may follow
  | { readonly of: "not_offered" }
  | { readonly of: "nothing_to_stop" }
  | { readonly of: "nothing_to_pause" }
  | { readonly of: "not_paused" }
  | { readonly of: "hold_label" } // it is held by a label
  | { readonly of: "all_paused"; readonly by: string } // the whole repository is, so that this loop alone cannot go on
  | { readonly of: "closed" } // the issue is, so that nothing begins there
  | { readonly of: "role"; readonly permission: string } // it takes maintain or admin
  | { readonly of: "not_stopped" }
  | { readonly of: "ended_for_good"; readonly reason: StopReason }
  | { readonly of: "nothing_to_approve" }
  | { readonly of: "plan_words" } // words after a yes to a plan
  | { readonly of: "plan_in_review" } // reviews are numbered apart from the comment with the plan: nobody knows which was first
  | { readonly of: "plan_newer" } // the plan was made anew since the yes was written
  | { readonly of: "plan_at_work" } // it is too late for a plan, or one is being made
  | { readonly of: "nothing_to_deny" }
  | { readonly of: "deny_at_gate" }
  | { readonly of: "nothing_asked" }
  | { readonly of: "no_such_choice"; readonly choices: number }
  | { readonly of: "nothing_said" }
  | { readonly of: "over" } // the loop is over for good, so nobody is told any more
  | { readonly of: "not_now" } // nothing of it is claimed yet, or it is merged
  | { readonly of: "amount"; readonly fault: AmountFault }
  | { readonly of: "raise_off" } // nobody may add to limits here
  | { readonly of: "raise_role"; readonly least: "write" | "maintain" | "admin"; readonly permission: string }
  | { readonly of: "raise_in_vain"; readonly needs: Amount["of"] | null } // the loop ended for something else; null: for no limit that can be raised
  | { readonly of: "raise_little" } // with so much more money the loop would end at once again
  | { readonly of: "raise_full"; readonly what: Amount["of"]; readonly by: "operator" | "issue" }
  | { readonly of: "raise_many"; readonly may: number } // that expire, at a time
  | { readonly of: "own_loop" }
  | { readonly of: "on_line" } // an approval, in a comment on a line
  | { readonly of: "other_commit"; readonly head: string } // `head` is the one that waits
  | { readonly of: "told"; readonly said: string };

/** Why the gate is not passed, whoever approved. */
export type GateRefusal =
  | { readonly of: "unknown_pushes"; readonly pushes: number; readonly approvals: number; readonly needed: number }
  | { readonly of: "unread"; readonly what: "reviews" | "commits" | "pushes"; readonly read: number }
  | { readonly of: "outdated"; readonly branch: string; readonly tried: number; readonly message: string | null }; // GitHub's words, where it declined

/** Why an approval on the pull request does not count. `told` comes from versions that kept sentences. */
export type ApprovalRefusal =
  | { readonly of: "bot" }
  | { readonly of: "requester" }
  | { readonly of: "author" }
  | { readonly of: "no_permission" }
  | { readonly of: "other_head"; readonly head: string; readonly now: string }
  | { readonly of: "told"; readonly said: string };
