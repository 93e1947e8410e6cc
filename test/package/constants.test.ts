import { readFileSync } from 'node:fs';
import { parseAst } from 'rolldown/parseAst';
import { describe, expect, it } from 'vitest';
import { withConstants } from '../../scripts/constants.mjs';

/** The default export of a module with this text. */
async function exportOf(text: string): Promise<unknown> {
  const { default: value } = (await import(`data:text/javascript,${encodeURIComponent(text)}`)) as {
    default: unknown;
  };
  return value;
}

const MODULE = `import { sep } from 'node:path';
const early = later(3);
const sign = 'µ — 𝛼';
function later(n) { return n === 0 ? sep.length : n + half(n - 1); }
async function waits() { return sign; }
function half(n) { return later(Math.floor(n / 2)); }
export default [early, await waits(), later.name];
`;

describe('the functions of a thread', () => {
  it('are constants that exist before any other statement runs', async () => {
    const text = withConstants(MODULE);
    expect(text).not.toMatch(/^(async )?function/m);
    expect(await exportOf(text)).toEqual([5, 'µ — 𝛼', 'later']);
    expect(await exportOf(MODULE)).toEqual([5, 'µ — 𝛼', 'later']);
  });

  it('are constants in the file that simulates', () => {
    const worker = readFileSync(new URL('../../dist/run/worker.js', import.meta.url), 'utf8');
    const { body } = parseAst(worker, { lang: 'js' });
    const functions = body.flatMap((one) =>
      one.type === 'VariableDeclaration' && one.kind === 'const'
        ? one.declarations.filter(({ init }) => init?.type === 'FunctionExpression')
        : [],
    );
    expect(functions.map(({ id }) => worker.slice(id.start, id.end))).toContain('derive');
    expect(body.filter(({ type }) => type === 'FunctionDeclaration')).toEqual([]);
  });
});
