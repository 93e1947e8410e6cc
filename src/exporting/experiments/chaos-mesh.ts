import type { Fault } from '../../contracts/scenario/scenario.js';
import { documents } from '../values.js';
import { WRITERS } from './chaos-mesh-faults.js';
import type { Experiment, Experimental, ExperimentFormat } from './experiment.js';
import { writtenFaults } from './faults.js';
import { LONGEST, nameOf } from './names.js';
import { goDuration, timesOf } from './times.js';

type Template = Readonly<Record<string, unknown>>;

/**
 * A Workflow of Chaos Mesh in which each fault begins and ends as in the scenario, from the start of the load on.
 *
 * Source: chaos-mesh/chaos-mesh config/crd/bases/chaos-mesh.org_workflows.yaml and examples/workflow (Apache-2.0).
 */
export const chaosMesh: ExperimentFormat = {
  name: 'chaos-mesh',
  summary: 'a Workflow of Chaos Mesh with the faults, each at its time',
  comment: '#',
  write(of) {
    const templates: Template[] = [];
    const branches: string[] = [];
    const { faults, unwritten, otherwise } = writtenFaults(of, 'Chaos Mesh', WRITERS);
    for (const { fault, own } of faults) {
      fault.spans.forEach((span, k) => {
        const name = nameOf(fault.id, fault.spans.length < 2 ? null : k + 1);
        branches.push(name);
        templates.push(...branch(name, span, own.template, of));
      });
    }
    const text = branches.length === 0 ? '' : workflow(of, branches, templates);
    return { text, unwritten, otherwise } satisfies Experiment;
  },
};

/** Waits until the fault begins, then the fault for its time. */
function branch(
  name: string,
  span: Fault['spans'][number],
  fault: Template,
  of: Experimental,
): readonly Template[] {
  const { startNs, lengthNs } = timesOf(span, of);
  const wait: Template[] =
    startNs > 0
      ? [{ name: `${name}-wait`, templateType: 'Suspend', deadline: goDuration(startNs) }]
      : [];
  const deadline = lengthNs > 0 ? { deadline: goDuration(lengthNs) } : {};
  return [
    {
      name,
      templateType: 'Serial',
      children: [...wait.map((one) => one['name']), `${name}-fault`],
    },
    ...wait,
    { name: `${name}-fault`, ...deadline, ...fault },
  ];
}

function workflow(
  { title, scenario: { run }, namespace }: Experimental,
  branches: readonly string[],
  templates: readonly Template[],
): string {
  const entry = {
    name: 'faults',
    templateType: 'Parallel',
    deadline: goDuration(run.warmupNs + run.durationNs),
    children: branches,
  };
  return documents([
    [
      `${title}\nStart it together with the load. Change the labels to those of your pods.`,
      {
        apiVersion: 'chaos-mesh.org/v1alpha1',
        kind: 'Workflow',
        metadata: { name: nameOf(title, null).slice(0, LONGEST), namespace },
        spec: { entry: entry.name, templates: [entry, ...templates] },
      },
    ],
  ]);
}
