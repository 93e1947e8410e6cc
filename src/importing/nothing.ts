import { plural } from '../text/words.js';
import type { SourceText } from './cell.js';
import type { TraceModel } from './traces/model.js';

/** Files that a message names. */
const NAMES_MAX = 3;

const WHAT =
  'Import what says which services run: manifests of Kubernetes, files of Docker Compose, a bootstrap of Envoy, a configuration of Kong, or ' +
  'traces. Settings of a program alone, such as application.yml, run none';

/** Files of products that keep their services in code, and what writes them as files. Source: aspire.dev, Deploy to Docker Compose. */
const IN_CODE: readonly (readonly [path: RegExp, advice: string])[] = [
  [
    /AppHost[/\\]/,
    'Aspire has its services in the code of the AppHost: add builder.AddDockerComposeEnvironment("compose"), run aspire publish -o compose, and import compose',
  ],
];

/** Why an import makes no scenario, and what to import instead. */
export function nothingFound(
  sources: readonly SourceText[],
  model: TraceModel | null,
  leftOut: readonly string[],
): string {
  const lost = (model?.leftOut ?? []).map(({ reason, count }) => `${count} ${reason}`);
  const traces = `no span of the traces executes a service (left out: ${lost.join('; ') || 'nothing'})`;
  if (sources.length === 0 && model !== null) return traces;
  const paths = sources.map(({ path }) => path);
  const more = paths.length - NAMES_MAX;
  const rest = more > 0 ? ` and ${plural(more, 'more file')}` : '';
  const nothing = `nothing in ${paths.slice(0, NAMES_MAX).join(', ')}${rest} runs a service`;
  const [first, ...others] = leftOut;
  const unread = others.length === 0 ? '' : `, and ${plural(others.length, 'more file')}`;
  return [
    model === null ? nothing : `${traces}, and ${nothing}`,
    WHAT,
    ...IN_CODE.filter(([file]) => paths.some((path) => file.test(path))).map(([, text]) => text),
    ...(first === undefined ? [] : [`left out: ${first}${unread}`]),
  ].join('\n');
}
