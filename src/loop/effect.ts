// Everything a decision can ask for. Performing an effect twice is performing it once.
import type { Amount } from "./amount.ts";
import type { AlarmName, BaseRefusal, Command, CommandedIssue } from "./event.ts";
import type { ApprovalRefusal, CommandRefusal, GateRefusal } from "./refusal.ts";
import type { Schedules } from "./schedule.ts";
import type { BaseTip, CheckAgain, Heard, IssueRef, KnockOutSeen, Person, Review, RunFacts, Said } from "./state.ts";

/** A reply in the thread; the words are in report/wording/replies.ts. */
export type Reply =
  | { readonly kind: "not_permitted"; readonly login: string; readonly permission: string }
  | { readonly kind: "command_refused"; readonly command: Command; readonly why: CommandRefusal }
  | { readonly kind: "label_on_pull" }
  | { readonly kind: "label_on_closed" }
  | { readonly kind: "all_paused"; readonly by: string; readonly since: number } // to a label meanwhile
  // of `/loop run base=…`; named: the policy's
  | {
      readonly kind: "base_refused";
      readonly base: string;
      readonly reason: BaseRefusal;
      readonly named: string | null;
    }
  | { readonly kind: "unscheduled"; readonly schedule: string } // the policy does not name it any more
  | { readonly kind: "retry_on_closed" }
  | { readonly kind: "status" }
  | { readonly kind: "explain" } // why it is not running, or what it is at
  | { readonly kind: "report" } // what was tried so far
  | { readonly kind: "help" }
  | { readonly kind: "steered"; readonly hears: "now" | "next" | "retry"; readonly attempt?: number } // attempt: at work now
  | { readonly kind: "words_heard"; readonly of: readonly Said[]; readonly attempt: number; readonly by: Heard["by"] }
  | {
      readonly kind: "words_unheard"; // its agent ended before it was told
      readonly of: readonly Said[];
      readonly attempt: number;
      readonly hears: "next" | "retry" | "nobody";
    }
  | {
      readonly kind: "raised"; // by `/loop budget` or `/loop extend`
      readonly given: Amount;
      readonly cut: { readonly asked: Amount; readonly by: "operator" | "issue" } | null; // null: all that was asked for
      readonly until: number | null; // null: it does not expire
      readonly goesOn: boolean; // the loop had stopped for want of it
    }
  | { readonly kind: "command_unknown"; readonly command: Command }
  | { readonly kind: "approval_does_not_count"; readonly login: string; readonly why: ApprovalRefusal }
  | { readonly kind: "gate_not_passed"; readonly why: GateRefusal }
  | { readonly kind: "ready_for_ci" }
  | { readonly kind: "money_warning"; readonly percent: 50 | 80 } // of what was granted is spent
  | { readonly kind: "gate_reminder" }
  | { readonly kind: "auto_merge"; readonly by: string } // login of who switched it on
  | { readonly kind: "reviewers_missed"; readonly missed: readonly string[] };

/** What a person corrected, in that person's words, and where they stand. */
export type Note = {
  readonly text: string;
  readonly path: string | null; // the file that it is about
  readonly url: string | null; // where it was said
} & ({ readonly of: "request"; readonly title: string } | { readonly of: "denial"; readonly by: string });

export type Effect =
  // the thread: performed before anything that acts on the world
  | { readonly type: "write_status" } // one comment per loop, created or edited to the newest state
  | { readonly type: "post_attempt"; readonly attempt: number }
  | { readonly type: "post_stop" }
  | { readonly type: "reply"; readonly reply: Reply }
  | {
      readonly type: "react";
      readonly comment: number;
      readonly content: "eyes" | "rocket" | "-1" | "+1";
      readonly review?: string;
    } // review: as of a command
  | { readonly type: "set_labels"; readonly add: readonly string[]; readonly remove: readonly string[] } // ours only
  | { readonly type: "answer_without_loop"; readonly command: Command; readonly on: CommandedIssue } // to whoever could start one
  | { readonly type: "run_loop"; readonly issue: IssueRef; readonly command: Command; readonly base?: string } // `/loop run`: sets the label for a person who may
  | { readonly type: "pause_all"; readonly issue: IssueRef; readonly command: Command } // or `resume-all`: of all loops of the repository
  | { readonly type: "read_pause" } // whether all loops of the repository are paused now
  | { readonly type: "check_policy"; readonly pull: IssueRef; readonly head: string; readonly base: string } // shows what a pull request of anybody makes of the policy
  | { readonly type: "run_schedules"; readonly repository?: Schedules["repository"]; readonly at: number } // those of the repository whose time has come; absent: by its names of before, or as GitHub lists it
  | { readonly type: "introduce"; readonly among: number; readonly unchosen?: true } // makes the labels of a repository that is new to the App, and proposes a first policy where few were chosen
  | { readonly type: "remember"; readonly notes: readonly Note[] } // what people corrected, for later loops
  // reading
  | { readonly type: "read_claim" }
  | { readonly type: "read_retry" }
  | { readonly type: "check_command"; readonly command: Command }
  | { readonly type: "read_verdict"; readonly head: string }
  | { readonly type: "read_closing"; readonly actor: Person; readonly of?: "branch" } // did a merge close the issue, or end the branch, or a person?
  // acting
  | {
      readonly type: "start_run";
      readonly run: string;
      readonly role: RunFacts["role"];
      readonly attempt: number;
    }
  | { readonly type: "stop_run"; readonly run: string; readonly why: string }
  | { readonly type: "tell_run"; readonly run: string } // its agent what people said since its brief was written
  | { readonly type: "forget_run"; readonly run: string; readonly commits: boolean } // its end is stored; commits: what it pushed goes too
  | { readonly type: "publish"; readonly run: string; readonly head: string; readonly expected: string | null }
  | { readonly type: "open_pull" }
  // the whole verdict of an attempt; again: its commit shows one already, which is brought up to date
  | { readonly type: "publish_verdict"; readonly head: string; readonly attempt: number; readonly again?: true }
  // the reviewer's answer alone: where branch rules require a check of that name, or no verdict comes of it
  | { readonly type: "publish_review"; readonly head: string; readonly attempt: number; readonly review: Review }
  | { readonly type: "publish_knock_out"; readonly head: string; readonly attempt: number; readonly seen: KnockOutSeen } // what no test holds, on its lines
  | { readonly type: "rerun_checks"; readonly head: string; readonly checks: readonly CheckAgain[] } // on the same commit, once
  | { readonly type: "leave_queue" } // the pull request is taken out of GitHub's merge queue
  | { readonly type: "update_branch"; readonly head: string; readonly base: BaseTip } // the base is merged into the branch, at GitHub
  | { readonly type: "mark_ready"; readonly head: string } // out of its draft; where the commit is green, its description says how that was found
  | { readonly type: "answer_thread"; readonly head: string; readonly thread: number; readonly path: string } // once for each green
  | { readonly type: "request_reviewers"; readonly logins: readonly string[] }
  // reads the gate and, where policy says so, merges what it just read; news: checks alone moved, so that while they are pending nothing else is read
  | { readonly type: "pass_gate"; readonly news?: "checks" }
  // time and tidiness
  | { readonly type: "set_alarm"; readonly name: AlarmName; readonly at: number }
  | { readonly type: "clear_alarm"; readonly name: AlarmName }
  | { readonly type: "answer_label" } // the label that waited for what the last run came to begins its loop
  | { readonly type: "release" }; // nothing of this loop runs any more: its quarantines and alarms go

export type EffectType = Effect["type"];
