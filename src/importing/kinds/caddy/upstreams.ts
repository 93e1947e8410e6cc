import { DerivedCell, type Cell } from '../../cell.js';
import type { Component, System } from '../../system.js';
import { targetsIn, type Backend } from '../../targets.js';
import type { Variables } from '../compose/variables.js';
import { named, type Directive } from '../proxies/directives.js';
import { backendsAt } from '../proxies/routes.js';

/** A variable of the environment, `{$NAME}`, `{$NAME:default}` or `{env.NAME}`. Source: caddyserver.com/docs/caddyfile/concepts. */
const VARIABLE = /\{(?:\$(\w+)(?::([^}]*))?|env\.(\w+))\}/g;

/** The texts and addresses of one Caddy. */
export class Upstreams {
  constructor(
    readonly owner: Component,
    private readonly variables: Variables,
    private readonly system: System,
  ) {}

  /** Words with the variables of the process in them, and where these come from; null = one is not set. */
  filled(directive: Directive): { readonly words: readonly string[]; readonly cell: Cell } | null {
    const { cell, words } = directive;
    const origins: Cell[] = [cell];
    let isSet = true;
    const text = words
      .join(' ')
      .replace(VARIABLE, (_, name?: string, other?: string, env?: string) => {
        const found = this.variables.get(name ?? env!);
        const value = found?.text() || other;
        if (found !== undefined) origins.push(found);
        isSet &&= value !== undefined;
        return value ?? '';
      });
    if (!isSet) cell.list('a variable that neither the container nor its image sets');
    const all = text.split(/\s+/).filter((word) => word !== '');
    return isSet ? { words: all, cell: new DerivedCell(cell.path, origins, text) } : null;
  }

  /** The components behind the addresses of a `reverse_proxy`: `words`, `to`, and names that it looks up. */
  targetsOf(directive: Directive, words: readonly string[]): readonly Backend[] {
    const { block } = directive;
    const lists = [
      { words, from: directive },
      ...named(block, 'to').map((one) => ({ words: this.filled(one)?.words ?? [], from: one })),
      ...named(block, 'dynamic').map((one) => ({ words: this.lookedUp(one), from: one })),
    ];
    const found = lists.flatMap((each) =>
      each.words.flatMap((word) => {
        const { cell } = each.from;
        const host = new DerivedCell(cell.path, [cell], word);
        return backendsAt(word, host, this.owner, this.system);
      }),
    );
    const [policy] = named(block, 'lb_policy');
    const [kind, ...weights] = policy?.words ?? [];
    const isFirst = kind === 'first';
    const isWeighted = kind === 'weighted_round_robin';
    const shared = found.map((one, k) => ({
      ...one,
      share: isFirst ? Number(k === 0) : isWeighted ? Number(weights[k] ?? 1) : 1,
      origins: policy !== undefined && (isFirst || isWeighted) ? [policy.cell] : [],
    }));
    return targetsIn(shared).filter(({ share }) => share > 0);
  }

  /** `dynamic a cart 80`, or a block with `name`. */
  private lookedUp(directive: Directive): readonly string[] {
    const [name] = named(directive.block, 'name');
    const words = (name ?? directive).words;
    return words.slice(name === undefined ? 1 : 0).slice(0, 1);
  }
}
