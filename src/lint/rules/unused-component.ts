import type { Scenario } from '../../contracts/scenario/scenario.js';
import type { Finding, Rule } from '../rule.js';
import { yamlAt } from '../words.js';

/** A component that no other component uses. */
export const unusedComponent: Rule = {
  name: 'unused-component',
  severity: 'warning',
  reason:
    'Nothing ever reaches it. Its figures are empty, its faults have no effect, and a budget on it says nothing.',
  remedy: 'Call it where it belongs, by the name it has here, or remove it.',
  check: (subject) => {
    const namers = subject.namers();
    return candidates(subject.scenario)
      .filter(({ name }) => namers.get(name)!.length === 0)
      .map(findingOf);
  },
};

interface Candidate {
  readonly name: string;
  readonly section: string;
  /** Verb for its use, and noun for its users. */
  readonly verb: string;
  readonly who: string;
  /** A request that would use it. */
  readonly request: string;
}

/** Components that exist to be used by others. Those with another source of messages are left out. */
function candidates(scenario: Scenario): readonly Candidate[] {
  const { services, gateways, databases, queues, topics } = scenario;
  const all: Candidate[] = [];
  const calls = (name: string, section: string, request: string): Candidate => {
    return { name, section, verb: 'calls', who: 'callers', request };
  };
  for (const [name, { endpoints, environments }] of services) {
    const [part] = endpoints.keys();
    if (environments !== null) all.push(calls(name, 'functions', `call: ${name}`));
    else all.push(calls(name, 'services', `call: ${name}.${part}`));
  }
  for (const [name, { routes }] of gateways) {
    const path = routes[0]?.paths[0] ?? '/';
    all.push(calls(name, 'gateways', `call: ${name}, path: ${path}`));
  }
  for (const [name, { operations }] of databases) {
    const [operation] = operations.keys();
    const request = `name: ask, steps: [ query: ${name}.${operation} ]`;
    all.push({ name, section: 'databases', verb: 'queries', who: 'queries', request });
  }
  const published = (name: string, section: string): Candidate => {
    const request = `name: put, steps: [ publish: ${name} ]`;
    return { name, section, verb: 'publishes to', who: 'publishers', request };
  };
  for (const [name, queue] of queues) {
    if (queue.backlog === 0 && queue.source === null) all.push(published(name, 'queues'));
  }
  for (const [name, { backlog }] of topics) if (backlog === 0) all.push(published(name, 'topics'));
  return all;
}

function findingOf({ name, section, verb, who, request }: Candidate): Finding {
  return {
    path: [section, name],
    entities: [name],
    message: `nobody ${verb} ${name}`,
    measured: `0 ${who}`,
    limit: '1 or more',
    fix: yamlAt(
      ['workloads', `${name}-users`],
      `arrivals: poisson(10/s)\nrequests: [ { ${request} } ]`,
    ),
    // A variant may omit a component that another one uses.
    everywhere: true,
  };
}
