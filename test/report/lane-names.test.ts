import { JSDOM } from 'jsdom';
import { expect, it } from 'vitest';
import { render } from '../../src/report/base/html-escape.js';
import { laneMargin, swimlaneChart } from '../../src/report/charts/swimlane.js';
import { textWidth } from '../../src/report/drawing/draw.js';
import { viewOf } from '../../src/report/view/view.js';
import { run } from '../theory/program.js';

const { result } = run(`
faultline: 1
title: Long names
run: { duration: 20s, seed: 5, replications: 1 }
services: { a-service-with-a-very-long-name: { endpoints: { get: [ wait: 5ms ] } } }
workloads:
  shoppers:
    arrivals: constant(20/s)
    requests: [ { name: checkout, call: a-service-with-a-very-long-name.get }, { name: browse, call: a-service-with-a-very-long-name.get } ]
`);

/** The names of the lanes in a picture of some width, and the room that they have. */
function namesAt(width: number): { readonly names: readonly string[]; readonly room: number } {
  const view = viewOf(result);
  const [variant] = result.variants;
  const options = { width, names: true, arrows: false };
  const { body } = swimlaneChart(view, variant!, [0, 20], options);
  const { document } = new JSDOM(`<svg>${render(body)}</svg>`).window;
  const names = [...document.querySelectorAll('text')]
    .filter((one) => one.getAttribute('x') === '0')
    .map((one) => one.textContent);
  return { names, room: laneMargin(view, variant!, width, true)[0] * width };
}

it('a wide picture has the workload of a kind of request, a narrow one the request', () => {
  expect(namesAt(1000).names).toEqual([
    'shoppers: browse',
    'shoppers: checkout',
    'a-service-with…ng-name',
  ]);
  const { names, room } = namesAt(300);
  expect(names.slice(0, 2)).toEqual(['browse', 'checkout']);
  for (const name of names) expect(textWidth(name, 12)).toBeLessThan(room);
});
