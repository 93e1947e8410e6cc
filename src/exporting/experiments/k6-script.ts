/** An executor of k6, and the requests that it sends. */
export interface K6Scenario {
  readonly name: string;
  readonly executor: Readonly<Record<string, unknown>> & { readonly executor: string };
  readonly requests: readonly {
    readonly name: string;
    readonly weight: number;
    readonly calls: readonly (
      | {
          readonly method: string;
          readonly path: string;
          readonly headers: Readonly<Record<string, string>>;
        }
      | { readonly sleep: number }
    )[];
    readonly timeout: string | null;
  }[];
  /** Seconds between two requests of a user; absent = it sends one. */
  readonly sleep?: number;
}

/** The text of a script of k6. */
export function k6Script(
  title: string,
  scenarios: readonly K6Scenario[],
  thresholds: Readonly<Record<string, readonly string[]>>,
): string {
  const named = scenarios.map((one, k) => ({ ...one, exec: `send${k + 1}`, key: keyOf(one.name) }));
  const options = {
    scenarios: Object.fromEntries(
      named.map(({ key, executor, exec }) => [key, { ...executor, exec }]),
    ),
    ...(Object.keys(thresholds).length > 0 && { thresholds }),
  };
  const sends = named.map(({ exec, requests, sleep }) => {
    const pause = sleep === undefined ? '' : `  sleep(${sleep});\n`;
    return `export function ${exec}() {\n  send(${text(requests)});\n${pause}}\n`;
  });
  return `// ${title.replace(/\s+/g, ' ')}
// k6 run -e BASE_URL=https://shop.example.com FILE
import http from 'k6/http';
import { sleep } from 'k6';

const BASE_URL = __ENV.BASE_URL || 'http://localhost:8080';

export const options = ${text(options)};

${sends.join('\n')}
// One of the requests, by their weights.
function send(requests) {
  let rest = Math.random() * requests.reduce((sum, one) => sum + one.weight, 0);
  const chosen = requests.find((one) => (rest -= one.weight) < 0) || requests[requests.length - 1];
  for (const call of chosen.calls) {
    if (call.sleep !== undefined) {
      sleep(call.sleep);
      continue;
    }
    const params = { headers: call.headers, tags: { request: chosen.name } };
    if (chosen.timeout !== null) params.timeout = chosen.timeout;
    http.request(call.method, BASE_URL + call.path, null, params);
  }
}
`;
}

/** A value as JavaScript. */
function text(value: unknown): string {
  return JSON.stringify(value, null, 2);
}

/** Names of scenarios of k6: letters, digits, hyphens and underscores. */
function keyOf(name: string): string {
  return name.replace(/[^A-Za-z0-9_-]/g, '_');
}
