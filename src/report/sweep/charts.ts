import { hasBudgets, isMeasured, entriesOf } from './cases.js';
import type { Canvas, Draw } from './charts/chart.js';
import { dotChart } from './charts/dots.js';
import { lineChart, scatterCharts, type Drawn } from './charts/lines.js';
import { metricMaps, verdictMaps } from './charts/maps.js';

/** A picture of a sweep. */
export interface SweepChart {
  /** The budgets, the expectation of a bisection, or a metric by its index. */
  readonly of: 'verdicts' | Drawn;
  readonly draw: Draw;
}

/** All pictures in their order: budgets, the expectation, then each metric with a measured value. */
export function chartsOf(canvas: Canvas): SweepChart[] {
  const { view } = canvas;
  const { result, shape } = view;
  const isMap = shape === 'map' || shape === 'maps';
  const charts: SweepChart[] = [];
  if (isMap && hasBudgets(result))
    charts.push({ of: 'verdicts', draw: (width) => verdictMaps(view, width) });
  const shown: Drawn[] = [
    ...(result.sweep.expect === null ? [] : (['expect'] as const)),
    ...result.metrics.flatMap((_, m) => (entriesOf(result, m).some(isMeasured) ? [m] : [])),
  ];
  for (const drawn of shown) {
    const draw = drawOf(canvas, drawn);
    if (draw !== null) charts.push({ of: drawn, draw });
  }
  return charts;
}

function drawOf(canvas: Canvas, drawn: Drawn): Draw | null {
  switch (canvas.view.shape) {
    case 'line':
      return (width) => lineChart(canvas, drawn, width);
    case 'words':
      return (width) => dotChart(canvas, drawn, width);
    case 'scatter':
      return (width) => scatterCharts(canvas, drawn, width);
    case 'map':
    case 'maps':
      return drawn === 'expect' ? null : (width) => metricMaps(canvas.view, drawn, width);
    case 'table':
      return null;
  }
}
