// Kinds of sentences of the first lines of a report, compared with the document.
import { COUNT, countIn, isPrinted, NUMBER, SHARE, TIME } from './figures.mjs';
import { kind, quotesIn } from './kind.mjs';
import { changeError, HELPFUL, PROOFS } from './proofs.mjs';
import { REFUSED, refusedError } from './refused.mjs';
import { pricesError } from './settings.mjs';
import { causesError, figureError, linkError } from './told.mjs';
import { UNCOVERED, uncoveredError } from './uncovered.mjs';

const goalsOf = ({ budgets }) =>
  budgets.filter(({ severity, applies }) => severity === 'error' && applies !== false);
const isBroken = ({ verdict, strict, applies }) =>
  verdict === 'fail' || (verdict === 'inconclusive' && strict === true && applies !== false);
const tally = (variant) => {
  const goals = goalsOf(variant);
  return {
    of: goals.length,
    held: goals.filter(({ verdict }) => verdict === 'pass').length,
    broken: goals.filter(isBroken).length,
  };
};
const holdsAll = (variant) => {
  const { of, held } = tally(variant);
  return of > 0 && of === held && variant.unfinished === undefined;
};
const named = ({ result }, name) => result.variants.find((variant) => variant.name === name);

/** The names of a list that are variants; undefined if one is none. */
function variantsIn(list, facts) {
  const all = list.split(/, | and /u).map((name) => named(facts, name));
  return all.includes(undefined) ? undefined : all;
}

const TAIL = /(?:, not as expected)?(?:, 1 run)?$/u;

function badgeError(text, { result }) {
  const plain = text
    .replace(TAIL, '')
    .replace(
      /, (?:never (?:recovers|drains)|fails throughout|not back at the end|stays slow|down for a time)$/u,
      '',
    );
  const all = result.variants.filter((variant) => tally(variant).of > 0);
  const survivors = all.filter(holdsAll).length;
  const lost = all.filter((variant) => tally(variant).broken > 0).length;
  if (plain === 'incomplete') return result.incomplete === undefined ? 'all runs are there' : null;
  if (plain === 'no budgets' || plain === 'not as expected')
    return all.length === 0 ? null : 'there are budgets';
  const single = { survives: 1, 'holds its budgets': 1, 'does not survive': 0, undecided: 0 }[
    plain
  ];
  if (single !== undefined) {
    const isOpen = survivors === 0 && lost === 0;
    return single === survivors && (plain === 'undecided') === isOpen
      ? null
      : `${survivors} survive`;
  }
  const read =
    /^(\d+) of (\d+) (?:with budgets )?(?:survives?|holds? (?:them|its budgets|their budgets))(?:, \d+ (?:never (?:recovers?|drains?)|fails? throughout|not back at the end|stays? slow|down for a time))*(?:, (\d+) undecided)?$/u.exec(
      plain,
    );
  if (read === null) return undefined;
  const [, k, n, open = '0'] = read.map((one) => one ?? undefined);
  const isSo =
    Number(k) === survivors &&
    Number(n) === all.length &&
    Number(open) === all.length - survivors - lost;
  return isSo ? null : `${survivors} of ${all.length} survive`;
}

const isOf = (share, value) => isPrinted(share, value ?? undefined);

const RISES = new RegExp(`(?<words>the load of .+? (?:rises|grows) from .+?) at ${TIME}`, 'gu');

function whyError(text, facts) {
  const { variant } = facts;
  // No bar shows when a load rises, so the time is part of the words.
  const [head, ...rest] = text.replace(RISES, '$<words>').split('; ');
  const parts = [head, ...rest];
  // Texts of causes may have semicolons; the further parts are the loop and what is felt.
  for (let k = parts.length; k > 0; k--) {
    const first = parts.slice(0, k).join('; ');
    const error = causesError(first, facts);
    if (error !== null && k > 1) continue;
    const isCauses = error === null;
    const further = isCauses ? parts.slice(k) : parts;
    for (const part of further) {
      const loop =
        /^the loop (?<through>.+) keeps it down(?: \((?<known>proved|likely)\))?$/iu.exec(part);
      if (loop !== null) {
        const cut = facts.own?.metastability?.loopCut?.users;
        if (!variant.cascade.verdicts.includes('metastable')) return 'no run is metastable';
        if (loop.groups.known === 'proved' ? cut !== 'recovers' : cut === 'stays')
          return `with the loop cut: ${cut}`;
        continue;
      }
      const versions = versionsError(part, variant);
      if (versions === null) continue;
      if (versions !== undefined) return versions;
      const felt = linkError(part, facts);
      if (felt === undefined) return isCauses ? `no such event: ${part}` : error;
      if (felt !== null) return felt;
    }
    return null;
  }
  return undefined;
}

/** What is wrong about the share of requests that succeeds in the best variant and in another one. */
function servesBestError({ among, share, other: name, less }, facts) {
  const other = named(facts, name);
  if (other === undefined) return undefined;
  const questions = ({ changes = [] }) =>
    JSON.stringify(changes.filter(({ isQuestion }) => isQuestion));
  const most = Math.max(
    ...facts.result.variants
      .filter((one) => one === other || questions(one) === questions(other))
      .filter((one) => among === undefined || tally(one).of > 0)
      .map(({ summary }) => summary.success.value ?? 0),
  );
  return isOf(share, most) && isOf(less, other.summary.success.value)
    ? null
    : `the best succeeds with ${most}`;
}

/** Reads `v2 fails 9.69 % of its requests, v1 none`. */
function versionsError(text, { metered }) {
  const found = new RegExp(
    `^(?<to>\\S+) fails (?<now>${SHARE}) of its requests, (?<from>\\S+) (?<then>none|${SHARE})$`,
    'u',
  ).exec(text)?.groups;
  if (found === undefined) return undefined;
  const { to, from, now, then } = found;
  const isSo = Object.values(metered).some(({ rollout, meters }) => {
    if (rollout?.to !== to || rollout.from !== from) return false;
    const failing = (version) =>
      1 - meters[`rollout.${version}Good`].total / meters[`rollout.${version}`].total;
    const old = failing('old');
    return isPrinted(now, failing('next')) && (then === 'none' ? old === 0 : isPrinted(then, old));
  });
  return isSo ? null : 'the versions fail another part';
}

const IN = String.raw`(?: in (?<in>[^,;:]+?))?`;

/** All kinds of sentences of the first lines. */
export const ANSWERS = [
  { name: 'a badge', read: (text, facts) => badgeError(text, facts) },
  kind(
    'calm',
    new RegExp(
      `^(?:(?<start>.+), and |No fault is injected; )?(?:Nothing broke: )?(?<all>every request (?:still )?succeeds)$|^(?:(?<start2>.+), and |No fault is injected; )?(?<share>${SHARE}) of requests succeed$|^(?:(?<start3>.+), and |No fault is injected; )?(?:every request is|(?<refused>${SHARE}) of requests are) ${REFUSED}$|^No request finished$`,
      'iu',
    ),
    ({ groups }, { variant }) => {
      const { value } = variant.summary.success;
      if (groups.refusals !== undefined) {
        const users = Object.values(variant.components).filter((one) => one.kind === 'workload');
        if (!isOf(groups.refused ?? '100 %', 1 - value)) return `success is ${value}`;
        return refusedError(groups.refusals, users);
      }
      if (groups.share !== undefined)
        return isOf(groups.share, value) ? null : `success is ${value}`;
      return groups.all === undefined
        ? value === null
          ? null
          : 'requests finish'
        : value === 1
          ? null
          : `success is ${value}`;
    },
  ),
  kind(
    'a drain that is not done',
    /^(?:(?<spared>.+?) holds (?:the budget|both budgets|all (?:\d+ )?budgets) and is no cure: )?(?<node>nodes\[\d+\]) (?<text>is not emptied: the disruption budget of .+)$/u,
    ({ groups }, facts) => {
      const variant = groups.spared === undefined ? facts.variant : named(facts, groups.spared);
      if (groups.spared !== undefined && !(variant !== undefined && holdsAll(variant)))
        return `${groups.spared} does not hold all budgets`;
      return variant.cascade.events.some(
        ({ kind: of, subject, text }) =>
          of === 'kept' && subject === groups.node && text === groups.text,
      )
        ? null
        : `no budget keeps an instance on ${groups.node}`;
    },
  ),
  {
    name: 'why',
    read: (text, facts) => {
      const error = whyError(text, facts);
      return error?.startsWith('no cause:') === true ? undefined : error;
    },
  },
  kind(
    'do: a change',
    /^(?:no setting (?:that was tried helps|was tried \(faultline fix does\)); )?(?<words>(?:with|without|set|use|remove) .+)$/iu,
    ({ groups: { words } }, facts) =>
      PROOFS.find(({ name }) => name === 'a change').read(
        words.replace(/^remove /iu, 'without ').replace(/^use /iu, 'with '),
        facts,
      ),
  ),
  kind(
    'do: use',
    /^(?<use>Use|Keep) (?<name>.+?): it holds (?:the budget|(?<both>both) budgets|all (?<n>\d+) budgets)(?:, (?<other>.+?) holds (?<held>none|\d+))?(?<rest>[;,: ].*)?$/u,
    ({ groups }, facts) => {
      const variant = named(facts, groups.name);
      if (variant === undefined) return undefined;
      const { of, held } = tally(variant);
      if (held !== of || of !== (groups.both === undefined ? Number(groups.n ?? 1) : 2))
        return `${groups.name} holds ${held} of ${of}`;
      const other = groups.other === undefined ? undefined : named(facts, groups.other);
      if (
        other !== undefined &&
        tally(other).held !== (groups.held === 'none' ? 0 : Number(groups.held))
      )
        return `${other.name} holds ${tally(other).held}`;
      const enough = /(\d+) of its (\d+) changes(?: to \S+)? (?:is|are) enough/u.exec(
        groups.rest ?? '',
      );
      if (
        enough !== null &&
        (Number(enough[1]) !== variant.enough?.paths.length ||
          Number(enough[2]) !== variant.changes?.length)
      )
        return `${variant.enough?.paths.length} of ${variant.changes?.length} are enough`;
      const price = pricesError(groups.rest ?? '', variant);
      if (price !== null) return price;
      const degraded = new RegExp(`; (${SHARE}) of responses are degraded`, 'u').exec(
        groups.rest ?? '',
      );
      return degraded === null || isOf(degraded[1], variant.summary.degraded?.value)
        ? null
        : 'another share is degraded';
    },
  ),
  kind(
    'enough',
    new RegExp(
      `^(?:It needs each of its (?<each>\\d+) changes|(?<k>\\d+) of its (?<n>\\d+) changes (?:is|are) enough(?:, and fewer may be)?) \\((?<failed>${COUNT}) requests fail instead of (?<before>${COUNT})(?:; (?<whole>${COUNT}) with all of its changes)?\\)(?::.+)?$`,
      'u',
    ),
    ({ groups }, { result }) => {
      const isSo = ({ enough, changes }) =>
        enough !== undefined &&
        changes.length === Number(groups.n ?? groups.each) &&
        enough.paths.length === Number(groups.k ?? groups.each) &&
        countIn(groups.failed) === Math.round(enough.failed) &&
        countIn(groups.before) === Math.round(enough.failedBefore) &&
        (groups.whole === undefined || countIn(groups.whole) === Math.round(enough.failedWithAll));
      return result.variants.some(isSo) ? null : 'the runs have other numbers';
    },
  ),
  kind('its changes', /^It changes (?<n>\d+) settings?(?::.+)?$/u, ({ groups }, { result }) =>
    result.variants.some(({ changes }) => changes?.length === Number(groups.n))
      ? null
      : 'another number of settings',
  ),
  kind('fix', /^Run `faultline fix` to see which of them are needed$/u),
  kind(
    'do: search',
    /^Not known: faultline fix looks for the smallest change of settings that holds the budgets$/u,
    (_, { result }) =>
      result.variants.some((one) => tally(one).broken > 0) ? null : 'no budget is broken',
  ),
  kind(
    'do: nothing',
    new RegExp(
      `^Nothing: (?:it|every variant) holds every budget$|^\\S+(?: variant)? holds every budget; ${UNCOVERED}$`,
      'u',
    ),
    ({ groups }, { variant, result }) => {
      const isHeld = result.variants.filter((one) => tally(one).of > 0).every(holdsAll);
      if (!isHeld) return 'a budget is not held';
      return groups.harms === undefined ? null : uncoveredError(groups, variant);
    },
  ),
  kind(
    'none is broken',
    /^(?<who>.+?) breaks? no budget, but these runs do not decide all of them.*$/u,
    ({ groups }, facts) => {
      const all = variantsIn(groups.who, facts);
      if (all === undefined) return undefined;
      return all.every((one) => tally(one).broken === 0 && !holdsAll(one)) ? null : 'one does not';
    },
  ),
  kind(
    'no survivor',
    /^No variant holds (?:every budget|all budgets)(?: under the same load and faults)?(?:; (?<who>.+) (?<verb>comes? closest|serves? users best)(?:; (?<change>set .+))?)?$/u,
    ({ groups }, facts) => {
      const { variants } = facts.result;
      if (
        variants.some(
          (one) => holdsAll(one) && one.changes?.some(({ isQuestion }) => isQuestion) !== true,
        )
      )
        return 'one does';
      if (groups.change !== undefined)
        return facts.variant.name === groups.who
          ? changeError(groups.change, facts, HELPFUL)
          : undefined;
      return groups.who === undefined || variantsIn(groups.who, facts) !== undefined
        ? null
        : undefined;
    },
  ),
  kind(
    'hold all',
    /^(?<who>.+) holds? all budgets: compare the configuration with that of (?<others>.+)$/u,
    ({ groups }, facts) => {
      const all = variantsIn(groups.who, facts);
      return all === undefined ? undefined : all.every(holdsAll) ? null : 'one does not';
    },
  ),
  kind(
    'serve best',
    new RegExp(
      `^(?<who>.+?) serves? users best(?<among> of those with budgets)?: (?<share>${SHARE}) of requests succeed, (?<other>.+?) (?<less>${SHARE})(?<rest>(?: \\(.+\\))?(?:; .+)?)$`,
      'u',
    ),
    ({ groups }, facts) => {
      const best = variantsIn(groups.who, facts);
      const price = best === undefined ? null : pricesError(groups.rest, best[0]);
      return best === undefined ? undefined : (price ?? servesBestError(groups, facts));
    },
  ),
  kind(
    'serve best with a change',
    new RegExp(
      `^(?<who>\\S+) serves users best \\((?<share>${SHARE}), (?<other>.+?) (?<less>${SHARE})\\); (?<change>set .+)$`,
      'u',
    ),
    ({ groups }, facts) =>
      facts.variant.name === groups.who
        ? (servesBestError(groups, facts) ?? changeError(groups.change, facts, HELPFUL))
        : undefined,
  ),
  kind('least behind', /^(?<who>.+?) falls least behind: .+$/u, ({ groups }, facts) =>
    named(facts, groups.who) === undefined ? undefined : null,
  ),
  kind(
    'a broken budget without a fault or with a change',
    /^(?:(?<fault>.+) \(proved\): (?<metric>.+) is (?<value>.+?) instead of (?<now>.+) without it|(?<of>.+) is (?<held>.+?) instead of (?<was>.+?) (?<words>with(?:out)? .+) \(proved\))$/u,
    ({ groups }, { variant, own }) => {
      const { fault, metric, value, now, of, held, was, words } = groups;
      const proof = own?.budgets?.find(({ text }) => text.startsWith(metric ?? of));
      if (proof === undefined) return 'no run is about this budget';
      const id = variant.faults.find((one) => one.words === fault)?.id;
      const trial =
        fault !== undefined
          ? proof.faults.find((one) => one.fault === id)
          : words === 'without any fault'
            ? proof.calm
            : proof.interventions.find((one) => one.words === words);
      const isSo = trial?.holds === true && isPrinted(value ?? held, trial.value);
      // The proof may have fewer replications than the runs.
      const usual = variant.budgets.find(({ text }) => text === proof.text)?.value ?? proof.value;
      const isNow = [proof.value, usual].some((one) => isPrinted(now ?? was, one));
      return isSo && isNow ? null : 'the runs have other numbers';
    },
  ),
  kind(
    'harms that no budget covers',
    new RegExp(`^${UNCOVERED}$`, 'u'),
    ({ groups }, { variant }) => uncoveredError(groups, variant),
  ),
  kind('missed', /^“(?<text>.+?)” is not held: (?<figure>.+)$/u, ({ groups }, facts) =>
    missedError([[groups.text, groups.figure]], facts),
  ),
  kind(
    'missed of several',
    /^(?<k>\d+) of (?<n>\d+) budgets are not held: (?<list>.+)$/u,
    ({ groups }, facts) => {
      const { of, broken } = tally(facts.variant);
      if (broken !== Number(groups.k) || of !== Number(groups.n))
        return `${broken} of ${of} are broken`;
      const pairs = [...groups.list.matchAll(/“(.+?)” \(((?:[^()]|\([^()]*\))*)\)/gu)].map(
        ([, text, figure]) => [text, figure],
      );
      return missedError(pairs, facts);
    },
  ),
  kind(
    'undecided or not measurable',
    /^(?:Undecided|Not measurable|Not as expected|Whether it is as expected is undecided): (?<list>.+)$/u,
    ({ groups }, { result }) => {
      const all = result.variants.flatMap(({ budgets, expectations = [] }) => [
        ...budgets,
        ...expectations,
      ]);
      const wrong = quotesIn(groups.list).find(
        (words) =>
          !all.some(
            ({ name, text, verdict }) => [name, text].includes(words) && verdict !== 'pass',
          ),
      );
      return wrong === undefined ? null : `“${wrong}” is held`;
    },
  ),
  kind(
    'a hypothesis',
    /^(?:(?<verdict>Confirmed|Refuted|Undecided|Invalid): )?(?<statement>.+)$/u,
    ({ groups }, { result }) => {
      const { hypothesis } = result;
      if (hypothesis?.statement.replace(/\.$/u, '') !== groups.statement) return undefined;
      return [undefined, hypothesis.verdict].includes(groups.verdict?.toLowerCase())
        ? null
        : `it is ${hypothesis.verdict}`;
    },
  ),
  kind('an alarm', /^(?:Alarm: )?(?<text>.+)$/u, ({ groups }, { result }) =>
    result.alarms?.some((alarm) => alarm.replace(/\.$/u, '').includes(groups.text)) === true
      ? null
      : undefined,
  ),
  kind('warnings', /^\d+ budgets? with the severity of a warning (?:is|are) not held$/u),
  kind(
    'where the warnings are listed',
    /^(?<n>\d+) warnings?: faultline check \S+$/u,
    ({ groups }, { result }) => {
      const broken = result.variants.flatMap(({ budgets, expectations = [] }) =>
        [budgets, expectations].flatMap((list, k) =>
          list
            .filter((one) => one.severity === 'warning' && isBroken(one))
            .map(({ text }) => `${k} ${text}`),
        ),
      );
      const count = new Set(broken).size;
      return Number(groups.n) === count ? null : `${count} warnings are broken`;
    },
  ),
  kind('no budgets', /^(?:No budgets|.+ (?:has|have) no budgets)$/u),
  kind(
    'expectations',
    /^(?:All (?<n>\d+) expected behaviours are seen|Both expected behaviours are seen|The expected behaviour is seen)$/u,
    (_, { result }) =>
      result.variants.some(({ expectations = [] }) =>
        expectations.some((one) => one.severity === 'error' && isBroken(one)),
      )
        ? 'one is not met'
        : null,
  ),
  kind(
    'headroom',
    new RegExp(
      `^Headroom(?: without faults)?: (?:(?<none>no component has a limit)|none, (?<full>\\S+) is full (?:before any fault|at this load|from .+)|(?<name>\\S+) is full at (?<factor>${NUMBER})x this load)$`,
      'u',
    ),
    ({ groups }, { variant }) => {
      const [first] = variant.headroom?.components ?? [];
      if (groups.none !== undefined) return first === undefined ? null : 'one has a limit';
      if (first?.component !== (groups.full ?? groups.name))
        return `${first?.component} is the first`;
      return groups.factor === undefined
        ? first.factor <= 1
          ? null
          : `the factor is ${first.factor}`
        : isPrinted(groups.factor, first.factor)
          ? null
          : `the factor is ${first.factor}`;
    },
  ),
  kind('one run', /^One run: .+$/iu, (_, { result }) =>
    result.replications === 1 ? null : `there are ${result.replications}`,
  ),
  kind(
    'a latency budget that failures hold',
    /^(?<who>.+?) holds “(?<text>.+?)”(?: only because its failures, (?<share>.+? %) of the requests, are fast: .+|, which counts failures, and (?<failed>.+? %) of its requests fail)$/u,
    ({ groups }, facts) => {
      const variant = named(facts, groups.who);
      if (variant === undefined) return undefined;
      return variant.budgets.some(({ text, verdict }) => text === groups.text && verdict === 'pass')
        ? null
        : 'it does not hold it';
    },
  ),
  kind(
    'degraded responses',
    new RegExp(`^${SHARE} of .+ are degraded, and count as successes$`, 'u'),
    (_, { result }) =>
      result.variants.some(({ summary }) => (summary.degraded?.value ?? 0) > 0)
        ? null
        : 'no response is degraded',
  ),
  kind(
    'another load',
    /^.+ (?:has another load|have other loads) than .+ and (?:is|are) not ranked.*$/u,
    (_, { result }) =>
      result.variants.some(({ otherLoad }) => otherLoad === true) ? null : 'all have one load',
  ),
  kind(
    'waiting',
    new RegExp(
      `^up to (?<n>${COUNT}) (?:message|event|row)s? waits? (?:in|for) (?<subject>\\S+?)${IN}(?:, the oldest for (?<age>${TIME}))?(?:[,;] .+)?$`,
      'iu',
    ),
    ({ groups }, { result }) => {
      const isSo = ({ metered }) =>
        Object.entries(metered).some(([subject, { meters }]) =>
          Object.entries(meters).some(
            ([meter, { max }]) =>
              `${subject}.${meter}.`.startsWith(`${groups.subject}.`) &&
              max !== undefined &&
              Math.round(max) === countIn(groups.n),
          ),
        );
      return result.variants.some(isSo) ? null : 'no meter has this maximum';
    },
  ),
  kind(
    'sagas',
    new RegExp(
      `^(?:every saga comes to a consistent end.*|${NUMBER} of ${NUMBER} \\S+ sagas come to no consistent end.*)$`,
      'iu',
    ),
  ),
  kind('a broken saga', /^In the first, (?<steps>.+)$/u, ({ groups }, { result }) => {
    const sagas = result.variants.flatMap(({ metered }) => Object.values(metered));
    const isSo = ({ broken: [{ effects }] = [{ effects: {} }] }) =>
      Object.entries(effects).length > 0 &&
      Object.keys(effects).every((step) => groups.steps.includes(step));
    return sagas.some(isSo) ? null : 'no saga has these steps';
  }),
  kind(
    'messages',
    new RegExp(
      `^(?:On average )?${NUMBER} (?:messages? (?:is|are) lost|effects? happens? again).*$`,
      'iu',
    ),
  ),
  kind(
    'dead letters',
    new RegExp(
      `^(?:On average )?(?<count>${NUMBER}) messages? ends? as (?:a dead letter|dead letters).*$`,
      'iu',
    ),
    ({ groups }, { result }) => {
      const dead = result.variants.map(({ metered }) => {
        const each = Object.values(metered).flatMap(({ deadLetters = [] }) => deadLetters);
        return each.reduce((sum, one) => sum + one, 0) / result.replications;
      });
      return dead.some((count) => isPrinted(groups.count, count)) ? null : `${dead.join(', ')} do`;
    },
  ),
  kind('stale', new RegExp(`^${SHARE} of the reads of \\S+ are stale.*$`, 'u')),
  kind('incomplete', /^Incomplete(?: \(interrupted\))?: .+$/u, (_, { result }) =>
    result.incomplete === undefined ? 'all runs are there' : null,
  ),
  kind(
    'a pool',
    new RegExp(
      `^(?<name>\\S+->\\S+) has (?<used>${NUMBER}) of (?<size>${COUNT}) connections in use(?:, a wait of (?<wait>${TIME}) for one)?, on average$`,
      'u',
    ),
    ({ groups }, { variant }) => {
      const [caller, callee] = groups.name.split('->');
      const pool = variant.components[callee]?.pools?.[caller];
      if (pool === undefined) return 'there is no such pool';
      const isSo =
        isPrinted(groups.used, pool.used.mean) &&
        countIn(groups.size) === pool.size &&
        (groups.wait === undefined || isPrinted(groups.wait, pool.wait.mean));
      return isSo ? null : `${pool.used.mean} of ${pool.size} are in use`;
    },
  ),
  kind(
    'statuses',
    new RegExp(`^(?<subject>\\S+) gets (?<list>\\d{3} \\(${SHARE}\\).*)$`, 'u'),
    ({ groups }, { variant }) => {
      const [component, part] = groups.subject.split('.');
      const of = variant.components[component]?.parts[part] ?? variant.components[component];
      const wrong = [...groups.list.matchAll(new RegExp(`(\\d{3}) \\((${SHARE})\\)`, 'gu'))].find(
        ([, status, share]) => !isOf(share, (of.statuses?.[status] ?? 0) / of.latency.count),
      );
      return wrong === undefined ? null : `another share has ${wrong[1]}`;
    },
  ),
  kind(
    'the title of the causes',
    /^(?<words>.+) in (?<name>[^\s.]+)$/u,
    ({ groups: { words, name } }, facts) => {
      const variant = named(facts, name);
      const own = variant?.counterfactuals;
      if (own === undefined) return undefined;
      // Without its counts a change has no figure.
      const first = words.replace(/^Worse /u, '');
      const begin = first[0].toLowerCase() + first.slice(1);
      if (own.interventions.some((one) => begin.startsWith(one.words))) return null;
      const errors = PROOFS.map(({ read }) => read(words, { ...facts, variant, own }));
      return errors.includes(null) ? null : errors.find((error) => error !== undefined);
    },
  ),
  kind(
    'no run of the causes',
    /^No run was made without a fault or with one change(?: in (?<name>.+))?$/u,
    ({ groups }, facts) => {
      const variant = groups.name === undefined ? facts.variant : named(facts, groups.name);
      return (variant?.counterfactuals?.runs ?? 0) === 0 ? null : 'there are some';
    },
  ),
  kind(
    'how the causes are known',
    /^The causes are those that the requests lead to\. To prove them:$|^To prove them:$|^The causes are those that the requests lead to$/u,
    (_, { own }) => ((own?.runs ?? 0) === 0 ? null : 'there is a proof'),
  ),
  kind('faults that no run tells apart', /^To tell the faults apart:$/u, (_, { own, variant }) => {
    if (variant.faults.length < 2) return 'there is one fault';
    const isApart = ({ without, alone }) => without !== null || alone !== null;
    return (own?.faults ?? []).some(isApart) ? 'runs tell them apart' : null;
  }),
  kind('how the run ends', /^\(run 1 of (?<n>\d+)(?:, which .+)?\)$/u, ({ groups }, { variant }) =>
    Number(groups.n) === variant.cascade.verdicts.length
      ? null
      : `there are ${variant.cascade.verdicts.length}`,
  ),
  kind(
    'how a table compares',
    /^(?:Second line: paired difference to .+|None: no difference beyond the margin|One replication: no intervals)$/u,
  ),
  kind(
    'the method',
    /^(?:[\d,]+ further runs?, with the same random numbers|Each change was run (?:once, so there are no intervals; --explain runs all replications|with (?<n>\d+) replications)|Slow: more than twice .+)$/u,
    ({ groups }, { own }) =>
      groups.n === undefined || own?.replications === Number(groups.n)
        ? null
        : `there are ${own?.replications}`,
  ),
];

/** Kinds of notes below the table of a terminal. */
export const NOTES = [
  kind(
    'a star of a table',
    /^\* (?:while (?<words>.+?)(?: from (?<from>[\d.,]+(?: \S+?)?)(?: to (?<to>[\d.,]+ \S+))?)?(?: \((?<others>.+)\))?)$/u,
    ({ groups }, facts) => starError(groups, facts),
  ),
  kind(
    'a star of a fault',
    /^\* during the fault (?<id>\S+), which differs by variant$/u,
    ({ groups }, { result }) => {
      const own = result.variants.flatMap(({ faults }) =>
        faults.filter(({ id }) => id === groups.id),
      );
      if (own.length === 0) return 'there is no such fault';
      return new Set(own.map(({ words }) => words)).size > 1 ? null : 'it is the same in all';
    },
  ),
  kind('what a column is', /^(?:p99 of successes|Intervals: faultline compare|[A-Z][\w ]+: .+)$/u),
];

/** `* while psp hangs from 60 to 100 s`: each variant that has no other words has the fault at that time. */
function starError({ words, from, to, others }, { result }) {
  const all = result.variants.map(({ name, faults }) => [
    name,
    faults.filter((one) => one.words === words),
  ]);
  if (all.every(([, own]) => own.length === 0)) return `no fault has the words ${words}`;
  if (from === undefined) return null;
  const apart = (others ?? '').split(/, | and /u);
  const wrong = all.find(([name, own]) => {
    if (apart.some((part) => part.endsWith(` ${name}`) || part === name)) return false;
    const end = Number.isFinite(result.run.duration) ? result.run.duration : Infinity;
    // Without an end it is there when the run ends.
    const isSo = (until) => (to === undefined ? until >= end : isPrinted(to, Math.min(end, until)));
    return !own.some(({ spans }) => spans.some((span) => isSo(span.until)));
  });
  return wrong === undefined ? null : `${wrong[0]} has it at another time, or not`;
}

function missedError(pairs, { variant }) {
  for (const [text, figure] of pairs) {
    const own = variant.budgets.find((one) => (one.name ?? one.text) === text);
    if (own === undefined || !isBroken(own)) return `“${text}” is not broken`;
    const error = figureError(figure, own);
    if (error !== null && error !== undefined) return error;
  }
  return null;
}

/** Reads a line of the table of budgets: `FAIL  users.success > 99 %   today 57.3 %; plus 60 %`. */
export function judgedError(line, { result }) {
  const read = /^(?:FAIL|WARN|\?|undecided|pass|ok)\s+(?<rest>.+)$/u.exec(line);
  if (read === null) return undefined;
  const all = result.variants.flatMap((variant) =>
    [...variant.budgets, ...(variant.expectations ?? [])].map((budget) => [variant, budget]),
  );
  const own = all.filter(([, { name, text }]) => read.groups.rest.startsWith(name ?? text));
  if (own.length === 0) return undefined;
  const bad = own.filter(([, budget]) => budget.verdict !== 'pass');
  for (const [variant, budget] of bad) {
    const at = read.groups.rest.indexOf(`${variant.name} `, (budget.name ?? budget.text).length);
    if (at < 0) continue;
    const figure = read.groups.rest.slice(at + variant.name.length + 1).split('; ')[0];
    const error = figureError(figure, budget);
    if (error !== null && error !== undefined) return `${variant.name}: ${error}`;
  }
  return null;
}

export { tally };
