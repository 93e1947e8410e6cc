import type { ScenarioOutput } from '../../schema/scenario-output.js';
import type { Raise } from '../../resolve/names.js';
import { checkPart } from '../../resolve/names.js';

type SagaSteps = NonNullable<ScenarioOutput['sagas']>[string]['steps'];

export function stepNames(steps: SagaSteps): readonly string[] {
  return steps.flatMap((entry) => (Array.isArray(entry) ? entry : [entry]).map(({ name }) => name));
}

export function checkSteps(saga: string, entries: SagaSteps, raise: Raise): void {
  const seen = new Set<string>();
  entries.forEach((entry, index) => {
    const own = Array.isArray(entry) ? entry : [entry];
    own.forEach(({ name }, k) => {
      const at = ['sagas', saga, 'steps', index, ...(Array.isArray(entry) ? [k] : []), 'name'];
      checkPart(name, at, raise);
      if (seen.has(name))
        raise('FL402', at, `duplicate name: another step of ${saga} is called ${name}`);
      seen.add(name);
    });
  });
}
