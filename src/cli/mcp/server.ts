import { spawn } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import type { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { VERSION } from '../../text/version.js';
import { EXIT } from '../exit.js';
import { optional } from '../optional.js';
import { TOOLS, type Tool, type ToolInput } from './tools.js';

/** The classes of the SDK that are used. */
interface Sdk {
  readonly McpServer: typeof McpServer;
  readonly StdioServerTransport: typeof StdioServerTransport;
}

/** Limits of what an assistant may ask for. */
export interface McpLimits {
  /** The folder with the scenarios. */
  readonly folder: string;
  /** Longest time of one call. Unit: s. */
  readonly seconds: number;
}

interface Returned {
  readonly content: { readonly type: 'text'; readonly text: string }[];
  readonly isError: boolean;
  readonly [key: string]: unknown;
}

/** More of an output is cut. Unit: characters. */
const MOST = 100_000;

/** Serves the tools on standard input and output until the client closes it. */
export async function serve(limits: McpLimits): Promise<number> {
  const sdk = await loadSdk();
  const server = new sdk.McpServer({ name: 'faultline', version: VERSION });
  for (const tool of TOOLS) {
    const { name, title, description, input } = tool;
    const how = { title, description, inputSchema: input, annotations: { readOnlyHint: true } };
    server.registerTool(name, how, (given: object) => call(tool, given, limits));
  }
  const transport = new sdk.StdioServerTransport();
  const closed = new Promise<void>((end) => {
    server.server.onclose = end;
    process.stdin.on('end', () => void server.close());
  });
  await server.connect(transport);
  await closed;
  return EXIT.ok;
}

function loadSdk(): Promise<Sdk> {
  return optional(
    async () => {
      const [{ McpServer: server }, { StdioServerTransport: transport }] = await Promise.all([
        import('@modelcontextprotocol/sdk/server/mcp.js'),
        import('@modelcontextprotocol/sdk/server/stdio.js'),
      ]);
      return { McpServer: server, StdioServerTransport: transport };
    },
    { feature: 'mcp', packages: ['@modelcontextprotocol/sdk@1.32.2'] },
  );
}

/** Performs a tool as a command of its own process, which a time limit can end. */
async function call(tool: Tool, given: ToolInput, limits: McpLimits): Promise<Returned> {
  const problem = problemOf(tool, given, limits);
  if (problem !== null) return returned(problem, true);
  const out = mkdtempSync(join(tmpdir(), 'faultline-mcp-'));
  try {
    return await performed(tool.args(given, out), given.scenario ?? '', limits);
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

/** What is wrong with the source of a scenario; null if nothing is. */
function problemOf(
  { input }: Tool,
  { file, scenario }: ToolInput,
  { folder }: McpLimits,
): string | null {
  if (!('scenario' in input)) return null;
  if ((file === undefined) === (scenario === undefined))
    return 'give either file (a path) or scenario (the text)';
  if (file === undefined) return null;
  try {
    const real = relative(realpathSync(folder), realpathSync(resolve(folder, file)));
    const isBelow = real !== '' && real.split(sep)[0] !== '..' && !isAbsolute(real);
    return isBelow ? null : `${file} is not below the folder of this server`;
  } catch {
    return `${file}: there is no such file below the folder of this server`;
  }
}

function performed(args: readonly string[], input: string, limits: McpLimits): Promise<Returned> {
  const program = fileURLToPath(new URL('../cli/main.js', import.meta.url));
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [program, ...args], {
      cwd: limits.folder,
      env: { ...process.env, NO_COLOR: '1', CI: 'true' },
    });
    let [text, notes, isLate] = ['', '', false];
    const timer = setTimeout(() => {
      isLate = true;
      child.kill('SIGKILL');
    }, limits.seconds * 1000);
    child.stdout.setEncoding('utf8').on('data', (part: string) => (text += part));
    child.stderr.setEncoding('utf8').on('data', (part: string) => (notes += part));
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    child.on('close', (code) => {
      clearTimeout(timer);
      const late = `\nended after ${limits.seconds} s: ask for fewer replications or variants`;
      const isRefused = code === EXIT.usage && text.trim() === '';
      const isAnswer = code === EXIT.ok || code === EXIT.broken || code === EXIT.usage;
      const isError = isLate || isRefused || !isAnswer;
      const beside = isError || text.trim() === '' ? notes : remarksIn(notes);
      const said = `${text}\n${beside}`;
      resolve(returned(`${said.trim()}${isLate ? late : ''}`, isError));
    });
  });
}

/** What an answer needs beside it, such as the entries that a change leaves alone; the rest is progress. */
function remarksIn(notes: string): string {
  return notes
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => /^(?:note|warning): /.test(line))
    .join('\n');
}

function returned(text: string, isError: boolean): Returned {
  const more = text.length - MOST;
  const shown = more > 0 ? `${text.slice(0, MOST)}\n… ${more} more characters` : text;
  return { content: [{ type: 'text', text: shown }], isError };
}
