import type { Path } from '../scenario/located.js';
import type { Gateway, Scenario } from '../contracts/scenario/scenario.js';
import type { Service } from '../contracts/scenario/services.js';
import type { Bundle } from '../contracts/scenario/steps.js';
import type { Program } from './programs.js';
import { servicesOr } from './service-section.js';
import { isStore } from './stores.js';

/** A call whose bundle is asked for. */
interface Governed {
  /** The program that makes the call; null outside of services. */
  readonly program: Program | null;
  readonly caller: string;
  readonly callee: string;
  readonly part: string;
  /** The bundle of the call itself. */
  readonly own: Bundle | null;
  /** Its path, and other paths under which its policy can be written. */
  readonly path: Path;
  readonly owners: readonly Path[];
}

/** A bundle, and where it is written. Without a bundle, the path of the call. */
interface Governing {
  readonly bundle: Bundle | null;
  readonly policyPath: Path;
}

/** The bundle of a call by the rules of `outbound`. */
export function governing(
  scenario: Scenario,
  written: (path: Path) => boolean,
  { program, caller, callee, part, own, path, owners }: Governed,
): Governing {
  if (own !== null) {
    const places = [path, ...owners].map((at) => [...at, 'policy']);
    return placed(scenario, own, places.find(written) ?? inSaga(own) ?? path);
  }
  const covered = !isStore(scenario, callee);
  const workload = scenario.workloads.get(caller);
  if (workload !== undefined) {
    const bundle = covered ? workload.policy : null;
    if (bundle === null) return { bundle, policyPath: path };
    return placed(scenario, bundle, ['workloads', caller, 'policy']);
  }
  const service = program?.shape ?? scenario.services.get(caller);
  const host: Service | Gateway | undefined = service ?? scenario.gateways.get(caller);
  const section = service === undefined ? 'gateways' : servicesOr(service);
  const named = scenario.gateways.get(callee)?.balances ?? callee;
  for (const key of [`${named}.${part}`, named, ...(covered ? ['default'] : [])]) {
    const bundle = host?.outbound.get(key);
    if (bundle === undefined) continue;
    const isOther = bundle !== scenario.services.get(caller)?.outbound.get(key);
    const version = isOther && program !== null ? ['versions', program.version!] : [];
    return placed(scenario, bundle, [section, caller, ...version, 'outbound', key]);
  }
  return { bundle: null, policyPath: path };
}

/** Where the bundle of a caller for a callee can be written. */
export function outboundPath(
  { services, workloads }: Scenario,
  caller: string,
  callee: string,
): Path {
  if (workloads.has(caller)) return ['workloads', caller, 'policy'];
  const service = services.get(caller);
  return [service === undefined ? 'gateways' : servicesOr(service), caller, 'outbound', callee];
}

function placed({ policies }: Scenario, bundle: Bundle, path: Path): Governing {
  const named = policies.get(bundle.id) === bundle;
  return { bundle, policyPath: named ? ['policies', bundle.id] : path };
}

/** Path of the bundle of a saga or of one of its steps, taken from its id; null for other bundles. */
function inSaga({ id }: Bundle): Path | null {
  return id.startsWith('sagas.') ? id.split(/[.[\]]+/) : null;
}
