/** Texts of other programs that users give to commands for scenarios, and what they are called. */
const FOREIGN: readonly (readonly [pattern: RegExp, name: string])[] = [
  [
    /^["']?apiVersion["']?\s*:[\s\S]*^["']?kind["']?\s*:|^["']?kind["']?\s*:[\s\S]*^["']?apiVersion["']?\s*:/m,
    'a Kubernetes manifest',
  ],
  [/^services\s*:[\s\S]*^[ \t]+(image|build)\s*:/m, 'a file of Docker Compose'],
  [/^(spring|resilience4j)(\.[\w.-]+)?\s*:/m, 'a configuration of Spring'],
  [/^\s*\{[\s\S]{0,2000}"(resourceSpans|resource_spans|batches)"\s*:/, 'a file of traces'],
  [/^\s*\{\s*"data"\s*:\s*\[[\s\S]{0,200}"traceID"\s*:/, 'a file of traces of Jaeger'],
];

/** Length of the text that is looked at. A manifest says what it is in its first lines. */
const HEAD = 20_000;

/** How a stored result begins: its keys are sorted. */
const RESULT = /^\s*\{\s*"checksum"\s*:\s*"[0-9a-f]+"\s*,\s*"comparisons"\s*:/;

/** What a text is, if it is no scenario and another command reads it, with that command; null = not known. */
export function foreignText(source: string, file: string): string | null {
  const head = source.slice(0, HEAD);
  if (RESULT.test(head))
    return `is a result, not a scenario: faultline story ${file} tells it, faultline ask ${file} gives its figures, and faultline check SCENARIO --against ${file} compares with it`;
  if (/^["']?faultline["']?\s*:/m.test(head)) return null;
  const name = FOREIGN.find(([pattern]) => pattern.test(head))?.[1];
  return name === undefined
    ? null
    : `is ${name}, not a scenario: faultline import ${file} --out shop.yaml makes a scenario of it`;
}
