import { sectionOf } from '../demand.js';
import { dependenciesOf } from '../monitoring.js';
import type { Point } from '../point.js';

export const monitoredDependencies: Point = {
  name: 'monitored dependencies',
  counted: 'components that users wait for have a budget',
  none: 'no components that users wait for',
  rate(subject) {
    const dependencies = dependenciesOf(subject);
    const lacking = dependencies
      .filter(({ isMonitored }) => !isMonitored)
      .map(({ name }) => ({
        path: [sectionOf(subject.scenario, name), name],
        message: `no budget or expectation shows that ${name} fails`,
      }));
    return { of: dependencies.length, lacking };
  },
};
