// The JSON Schema of the result document, from its types in src/contracts/result: fields, units and texts are theirs.
import { join } from 'node:path';
import ts from 'typescript';
import { ROOT } from './build-key.mjs';

const FOLDER = join(ROOT, 'src', 'contracts', 'result');
const ENTRY = join(FOLDER, 'result.ts');
const ID = 'https://faultline.dev/schema/result.schema.json';

/** The schema (draft-7) of `Result`. Throws for a type that JSON cannot have. */
export function resultSchema() {
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile(join(ROOT, 'tsconfig.json'), ts.sys.readFile).config,
    ts.sys,
    ROOT,
  );
  const program = ts.createProgram([ENTRY], options);
  const files = program.getSourceFiles().filter(({ fileName }) => fileName.startsWith(FOLDER));
  return new Schemas(program.getTypeChecker(), files).of(program.getSourceFile(ENTRY), 'Result');
}

class Schemas {
  constructor(checker, files) {
    this.checker = checker;
    this.definitions = new Map();
    /** The names of the shapes, by their types. */
    this.shapes = new Map(files.flatMap((file) => shapesOf(file, checker)));
    /** By name of a definition: its type, because two files may have an interface of the same name. */
    this.named = new Map();
  }

  of(file, name) {
    const module = this.checker.getSymbolAtLocation(file);
    const symbol = this.checker.getExportsOfModule(module).find((one) => one.name === name);
    const root = this.objectOf(this.checker.getDeclaredTypeOfSymbol(symbol));
    const definitions = [...this.definitions].sort(([a], [b]) => (a < b ? -1 : 1));
    return {
      $schema: 'http://json-schema.org/draft-07/schema#',
      $id: ID,
      title: 'faultline result document',
      description: textOf(symbol, this.checker),
      ...root,
      definitions: Object.fromEntries(definitions),
    };
  }

  schemaOf(type) {
    const { checker } = this;
    const { flags } = type;
    if (flags & ts.TypeFlags.Unknown) return {};
    if (flags & ts.TypeFlags.StringLiteral) return { const: type.value };
    if (flags & ts.TypeFlags.NumberLiteral) return { const: type.value };
    if (flags & ts.TypeFlags.BooleanLiteral) return { const: type.intrinsicName === 'true' };
    if (flags & ts.TypeFlags.String) return { type: 'string' };
    if (flags & ts.TypeFlags.Number) return { type: 'number' };
    if (flags & ts.TypeFlags.Boolean) return { type: 'boolean' };
    if (flags & ts.TypeFlags.Null) return { type: 'null' };
    if (type.isUnion()) return this.unionOf(type);
    if (checker.isTupleType(type)) return this.tupleOf(type);
    if (checker.isArrayType(type)) {
      return { type: 'array', items: this.schemaOf(checker.getTypeArguments(type)[0]) };
    }
    if (type.isIntersection() || flags & ts.TypeFlags.Object) return this.referenceTo(type);
    throw new Error(`${checker.typeToString(type)} has no form in JSON`);
  }

  /** In alphabetical order: the compiler orders a union by what it has read before. */
  unionOf(type) {
    const parts = type.types.filter(({ flags }) => !(flags & ts.TypeFlags.Undefined));
    const words = parts.filter((part) => part.isStringLiteral()).map(({ value }) => value);
    const isTruth = (part) => (part.flags & ts.TypeFlags.BooleanLiteral) !== 0;
    const truths = parts.filter(isTruth);
    const others = parts.filter((part) => !part.isStringLiteral() && !isTruth(part));
    const all = [
      ...(words.length === 0
        ? []
        : [words.length === 1 ? { const: words[0] } : { enum: words.sort() }]),
      ...(truths.length === 2 ? [{ type: 'boolean' }] : truths.map((one) => this.schemaOf(one))),
      ...others.map((part) => this.schemaOf(part)),
    ].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
    if (all.length === 1) return all[0];
    const types = all.map((one) => (Object.keys(one).join() === 'type' ? one.type : null));
    return types.includes(null) ? { anyOf: all } : { type: types.sort() };
  }

  tupleOf(type) {
    const items = this.checker.getTypeArguments(type).map((item) => this.schemaOf(item));
    return { type: 'array', items, minItems: items.length, maxItems: items.length };
  }

  /** A definition of its own for an interface or a shape with a name. */
  referenceTo(type) {
    const symbol = this.shapes.get(type) ?? type.aliasSymbol ?? type.symbol;
    const isNamed =
      this.shapes.has(type) ||
      (type.aliasSymbol === undefined &&
        symbol !== undefined &&
        (symbol.flags & ts.SymbolFlags.Interface) !== 0 &&
        this.checker.getTypeArguments(type).length === 0);
    if (!isNamed) return this.objectOf(type);
    const { name } = symbol;
    const known = this.named.get(name);
    if (known !== undefined && known !== type) return this.objectOf(type);
    if (known === undefined) {
      this.named.set(name, type);
      const text = textOf(symbol, this.checker);
      const own = text === '' ? {} : { description: text };
      this.definitions.set(name, {});
      this.definitions.set(name, { ...own, ...this.objectOf(type) });
    }
    return { $ref: `#/definitions/${name}` };
  }

  objectOf(type) {
    const { checker } = this;
    const index = checker.getIndexInfoOfType(type, ts.IndexKind.String);
    if (index !== undefined) {
      return { type: 'object', additionalProperties: this.schemaOf(index.type) };
    }
    const properties = {};
    const required = [];
    // In the order of the document, whose keys are sorted.
    const all = [...checker.getPropertiesOfType(type)].sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const symbol of all) {
      const text = textOf(symbol, checker);
      const schema = this.schemaOf(checker.getTypeOfSymbol(symbol));
      // Beside a $ref, draft-7 ignores everything else.
      const isBare = text === '' || '$ref' in schema;
      properties[symbol.name] = isBare ? schema : { description: text, ...schema };
      if (!(symbol.flags & ts.SymbolFlags.Optional)) required.push(symbol.name);
    }
    return {
      type: 'object',
      properties,
      ...(required.length > 0 && { required }),
      additionalProperties: false,
    };
  }
}

/** The objects that a file exports as the values of a shape, each with its name. */
function shapesOf(file, checker) {
  const exported = checker.getExportsOfModule(checker.getSymbolAtLocation(file));
  return exported.flatMap((symbol) => {
    if (!symbol.declarations.some((one) => one.type?.getText().startsWith('z.output<'))) return [];
    const type = checker.getDeclaredTypeOfSymbol(symbol);
    return type.isIntersection() ? [[type, symbol]] : [];
  });
}

/** The comment of a field or an interface, on one line. */
function textOf(symbol, checker) {
  const text = ts.displayPartsToString(symbol.getDocumentationComment(checker));
  return text.replace(/\s+/g, ' ').trim();
}
