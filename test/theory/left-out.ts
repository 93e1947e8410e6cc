export interface LeftOut {
  readonly id: string;
  readonly title: string;
  readonly needs: string;
  readonly asks: string;
}

export const LEFT_OUT: readonly LeftOut[] = [
  {
    id: 'crash-detection-errors',
    title: 'One of four replicas dies; errors last until it is detected',
    needs: 'probes, so that the balancer learns of a crash late',
    asks: 'services: { s: { probes: { readiness: { period: 5s } }, endpoints: { serve: [ wait: 1ms ] } } }',
  },
  {
    id: 'mm1-breakdown',
    title: 'Server with random outages (work resumes)',
    needs: 'faults at random times (`jitter`)',
    asks: 'faults: [ { id: f, kind: hang, target: s, at: 1s, for: 1s, every: 3s, jitter: 1s } ]',
  },
  {
    id: 'availability-series-3',
    title: 'Availability of components in series and in parallel',
    needs: 'faults at random times (`jitter`)',
    asks: 'faults: [ { id: f, kind: crash, target: s, at: 1s, for: 1s, every: 3s, jitter: 1s } ]',
  },
];
