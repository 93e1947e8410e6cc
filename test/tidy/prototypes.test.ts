import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { nodesOf, placeOf, sourcesBelow } from './sources.js';

describe('an object of a run', () => {
  // V8 gives a prototype a class of its own, so each access to the object in a later run is a look-up by name: a fifth
  // of the time of a run when the calls were the prototype of a probe.
  it('is not the prototype of another one', () => {
    const found = ['src/kernel', 'src/model', 'src/patterns', 'src/stats']
      .flatMap(sourcesBelow)
      .flatMap((source) =>
        nodesOf(source)
          .filter(ts.isCallExpression)
          .filter(({ expression }) =>
            /^(Object\.create|(Object|Reflect)\.setPrototypeOf)$/.test(expression.getText()),
          )
          .filter(({ arguments: [of] }) => !['null', 'methods'].includes(of.getText()))
          .map((node) => placeOf(source, node)),
      );
    expect(found).toEqual([]);
  });
});
