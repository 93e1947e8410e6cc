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
];
