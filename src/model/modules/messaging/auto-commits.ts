import { engine } from '../../../kernel/engine.js';
import { PHASE } from '../../../kernel/phase.js';
import type { Ns } from '../../../kernel/time.js';
import { FROZEN } from '../../data/instances/process.js';
import type { Member } from './member.js';

/** Auto-commit (`commit: auto`): the first poll after the interval commits the records of earlier polls. */
export class AutoCommits {
  private readonly intervalNs: Ns;
  private readonly commit: (member: Member) => void;
  private readonly op: number;

  constructor(members: readonly Member[], intervalNs: Ns, commit: (member: Member) => void) {
    this.intervalNs = intervalNs;
    this.commit = commit;
    this.op = engine.define('auto-commit', (member) => this.idle(members[member]));
  }

  /** A member polls. */
  polls(member: Member): void {
    if (engine.now >= member.commits) this.now(member);
  }

  /** Commits at once, whatever the interval: before a member joins a rebalance or gives up partitions. */
  now(member: Member): void {
    member.commits = engine.now + this.intervalNs;
    this.commit(member);
  }

  /** A member has received records. */
  taken(member: Member): void {
    if (!member.scheduled) this.schedule(member);
  }

  /** A member without records still polls, so it commits when the interval is over. */
  private idle(member: Member): void {
    if (member.idle && member.inGroup && engine.now >= member.commits) {
      member.scheduled = false;
      if (member.instance.frozen !== FROZEN.pause) this.polls(member);
    } else {
      this.schedule(member);
    }
  }

  private schedule(member: Member): void {
    const at = engine.now < member.commits ? member.commits : engine.now + this.intervalNs;
    member.scheduled = true;
    engine.at(at, PHASE.TIMER, this.op, member.index, 0, 0);
  }
}
