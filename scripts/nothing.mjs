// Finds comparisons with the wrong nothing: a value that is undefined where it is absent, compared with null, and the
// other way round. The compiler lets both pass, and the comparison is always false.
import { dirname, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
process.chdir(ROOT);
const { config } = ts.readConfigFile('tsconfig.json', ts.sys.readFile);
const { options, fileNames } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
// What an index finds may be absent: a comparison with undefined is right there.
const program = ts.createProgram(fileNames, {
  ...options,
  noEmit: true,
  incremental: false,
  noUncheckedIndexedAccess: true,
});
const checker = program.getTypeChecker();

const found = [];
for (const file of program.getSourceFiles()) {
  if (!file.isDeclarationFile && !file.fileName.includes('node_modules')) visit(file, file);
}
for (const line of found) process.stdout.write(`${line}\n`);
process.exitCode = found.length === 0 ? 0 : 1;

function visit(node, file) {
  if (ts.isBinaryExpression(node) && isEquality(node.operatorToken.kind)) {
    compare(node.left, node.right, file);
    compare(node.right, node.left, file);
  }
  ts.forEachChild(node, (child) => visit(child, file));
}

function isEquality(kind) {
  return (
    kind === ts.SyntaxKind.EqualsEqualsEqualsToken ||
    kind === ts.SyntaxKind.ExclamationEqualsEqualsToken
  );
}

function compare(value, nothing, file) {
  const isNull = nothing.kind === ts.SyntaxKind.NullKeyword;
  if (!isNull && !(ts.isIdentifier(nothing) && nothing.text === 'undefined')) return;
  const type = checker.getTypeAtLocation(value);
  const parts = type.isUnion() ? type.types : [type];
  const has = (flag) => parts.some((part) => (part.flags & flag) !== 0);
  const asked = isNull ? ts.TypeFlags.Null : ts.TypeFlags.Undefined | ts.TypeFlags.Void;
  const other = isNull ? ts.TypeFlags.Undefined | ts.TypeFlags.Void : ts.TypeFlags.Null;
  if (has(asked) || !has(other) || has(ts.TypeFlags.Any | ts.TypeFlags.Unknown)) return;
  const { line } = file.getLineAndCharacterOfPosition(value.getStart());
  found.push(
    `${relative(ROOT, file.fileName)}:${line + 1} ${value.getText(file)} is ${checker.typeToString(type)}: never ${nothing.getText(file)}`,
  );
}
