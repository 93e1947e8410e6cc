/** Options that are not tried, each with the reason. */
const LISTED: readonly (readonly [RegExp, string])[] = [
  [/^faultline$/, 'the version of the language'],
  [/^include\b/, 'names files whose content is part of the scenario'],
  [
    /^(templates|defaults)\b/,
    'merged into the sections that they are for, where each field is tried',
  ],
  [/\bextends$/, 'names a template'],
  [/(^|\.)(title|description)$/, 'a text for readers'],
  [/\.endpoints\.\*\.path$/, 'a text for readers'],
  [
    /^functions\.\*\.endpoints\.\*\.method$/,
    'a text for readers: no cache stands in front of a function',
  ],
  [/(\.endpoints\.\*|steps)\[\]\.name$/, 'a name by which paths and reports find a step'],
  [/^mesh\.routes\.\*\[\]\.name$/, 'a name by which patches and `explain` find a route'],
  [
    /^caches\.\*\.levels\[\]\.name$/,
    'the name by which faults, budgets and patches know the level',
  ],
  [
    /^alerts\.groups\[\]\.(name|rules\[\]\.(annotations|labels)\b.*)$/,
    'a text for readers, and a label that only the monitoring sees',
  ],
  [/^faults\[\]<(?!error>)\w+>\.mitigated\./, 'the same for every fault: tried with an error'],
  [/^variants\b/, 'patches of the other sections'],
  [/^tags\b/, 'words to find a scenario by'],
  [/^lint\b/, 'read by the command lint alone, which has tests of its own'],
];

/** Why an option is not tried; null where it is. */
export function listed(path: string): string | null {
  return LISTED.find(([pattern]) => pattern.test(path))?.[1] ?? null;
}

const REPORTED =
  /^(report|budgets|expect|hypothesis|alerts)\b|^workloads\.\*\.critical$|\.(labels\.\*|tags\[\]|tags|critical|external)$|\.(subscribers\[\]\.group|consumers\[\]\.name)$/;

/** Whether an option is read by the command sweep alone. */
export function isSwept(path: string): boolean {
  return path.startsWith('sweeps.');
}

/** Whether an option shows in the traces alone: the status of an answer that succeeds is for readers. */
export function isTraced(path: string): boolean {
  return /\.fallback<simple>\.status$/.test(path);
}

/** Whether an option may show in the page of a report alone. */
export function isReported(path: string): boolean {
  return REPORTED.test(path);
}
