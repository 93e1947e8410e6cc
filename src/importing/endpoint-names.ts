import { METRIC_WORDS } from '../language/metrics.js';
import { allowedName } from './names.js';

/** Short names of endpoints such as `POST /orders` or `shop.Cart/Get`; whole ones where short ones are not unique. */
export function endpointNames(texts: readonly string[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const taken = new Set<string>();
  const short = texts.map((text) =>
    endpointName(
      text
        .replace(/^(GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS) +/i, '')
        .replace(/^.*\.[A-Za-z0-9_]+\//, ''),
    ),
  );
  texts.forEach((text, index) => {
    const isAlone = short.filter((each) => each === short[index]).length === 1;
    let name = isAlone ? short[index]! : endpointName(text);
    for (let count = 2; taken.has(name); count++) name = `${endpointName(text)}-${count}`;
    taken.add(name);
    names.set(text, name);
  });
  return names;
}

/** A request must not have the name of a metric, as a component may: `proxy`. */
export function requestName(name: string): string {
  return METRIC_WORDS.has(name) ? `${name}-request` : name;
}

/** A part of a component must not have the name of a metric. */
function endpointName(text: string): string {
  const name = allowedName(text === '' || /^[^A-Za-z0-9]*$/.test(text) ? 'root' : text);
  return METRIC_WORDS.has(name) ? `${name}-endpoint` : name;
}
