// Makes every function at the top of a bundle a constant. V8 calls a constant directly or inlines it; a declared function
// may be replaced by an assignment, so V8 loads and compares it before each call.
import { parseAst } from 'rolldown/parseAst';

/** For rolldown: the files of a bundle have constants in place of their functions. */
export const constantFunctions = {
  name: 'constant-functions',
  renderChunk: (code) => withConstants(code),
};

/** The functions come first, after the imports: like declared ones, they exist before any other statement runs. */
export function withConstants(code) {
  const { body } = parseAst(code, { lang: 'js' });
  const functions = body.filter(({ type }) => type === 'FunctionDeclaration');
  const imports = body.filter(({ type }) => type === 'ImportDeclaration');
  const start = imports.at(-1)?.end ?? 0;
  const rest = [];
  let from = start;
  for (const { start: at, end } of functions) {
    if (at < start) throw new Error('a function of a bundle is before an import');
    rest.push(code.slice(from, at));
    from = end;
  }
  rest.push(code.slice(from));
  const constants = functions.map(
    ({ id, start: at, end }) => `const ${id.name} = ${code.slice(at, end)};\n`,
  );
  return `${code.slice(0, start)}\n${constants.join('')}${rest.join('')}`;
}
