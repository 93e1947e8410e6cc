import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { mkdirSync, readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Folder, PROGRAM, faultline, smallScenario } from './harness.js';

const SUCCESS = 'people.success during bank-hang';

describe('mcp', () => {
  const folder = new Folder();
  const client = new Client({ name: 'test', version: '0' });
  const call = async (name: string, args: object = {}) => {
    const { content, isError } = await client.callTool({ name, arguments: { ...args } });
    return { text: (content as { readonly text: string }[])[0]!.text, isError: isError === true };
  };

  beforeAll(async () => {
    mkdirSync(folder.at('in'));
    folder.put('in/small.yaml', smallScenario(['people.success > 99%']));
    folder.put('outside.yaml', smallScenario());
    const args = [PROGRAM, 'mcp', folder.at('in'), '--timeout', '60'];
    await client.connect(new StdioClientTransport({ command: process.execPath, args }));
  });
  afterAll(async () => {
    await client.close();
    folder.remove();
  });

  it('has tools with schemas that only read', async () => {
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual([
      'validate',
      'lint',
      'run',
      'ask',
      'compare',
      'fix',
      'explain',
    ]);
    for (const { annotations, description, inputSchema } of tools) {
      expect(annotations?.readOnlyHint).toBe(true);
      expect(description!.length).toBeGreaterThan(40);
      expect(Object.keys(inputSchema.properties!).length).toBeGreaterThan(0);
    }
  });

  it('answers with the words and figures of the command line, and writes nothing', async () => {
    const cwd = folder.at('in');
    const asked = await call('ask', { file: 'small.yaml', questions: [SUCCESS] });
    expect(asked).toEqual({
      text: faultline(['ask', 'small.yaml', SUCCESS], { cwd }).stdout.trim(),
      isError: false,
    });
    const ran = await call('run', { scenario: smallScenario(), replications: 1 });
    expect(ran.isError).toBe(false);
    expect(ran.text).toMatch(/what .*\n(?:.*\n)* *why /);
    expect(readdirSync(cwd)).toEqual(['small.yaml']);
  });

  it('takes changes, and reports problems with place and remedy', async () => {
    const args = { file: 'small.yaml', questions: [SUCCESS] };
    const usual = await call('ask', args);
    const changed = await call('ask', { ...args, set: ['faults[bank-hang].for=100ms'] });
    expect(changed.text).not.toBe(usual.text);
    // What a change leaves alone is said on standard error, beside the progress.
    const { text } = await call('ask', { ...args, set: ['services.*.queue.capacity=x2'] });
    expect(text).toContain('note: --set #1: services.*.queue.capacity does not change');
    expect(text).not.toContain('simulated');
    const wrong = await call('validate', { scenario: 'faultline: 1\nservises: {}\n' });
    expect(wrong.isError).toBe(true);
    expect(wrong.text).toContain('did you mean "services"?');
    expect((await call('explain', { name: 'retry' })).text).toContain('attempts');
  });

  it.each([
    [{ file: '../outside.yaml' }, 'is not below the folder of this server'],
    [{ file: '/etc/passwd' }, 'is not below the folder of this server'],
    [{ file: 'none.yaml' }, 'there is no such file'],
    [{}, 'give either file (a path) or scenario (the text)'],
    [{ file: 'small.yaml', scenario: 'faultline: 1' }, 'give either file'],
    [{ file: '--help' }, 'must not begin with -'],
    [{ file: 'small.yaml', set: ['--out=/tmp'] }, 'must not begin with -'],
  ])('refuses %j', async (args, words) => {
    const { text, isError } = await call('lint', args);
    expect(isError).toBe(true);
    expect(text).toContain(words);
  });

  it('refuses paths in place of names, and ends a call that takes too long', async () => {
    expect((await call('explain', { name: '../outside.yaml' })).text).toContain('not a path');
    const args = [PROGRAM, 'mcp', folder.at('in'), '--timeout', '1'];
    const hasty = new Client({ name: 'test', version: '0' });
    await hasty.connect(new StdioClientTransport({ command: process.execPath, args }));
    const scenario = smallScenario().replace('20s', '100000s');
    const { content, isError } = await hasty.callTool({ name: 'run', arguments: { scenario } });
    expect(isError).toBe(true);
    expect(JSON.stringify(content)).toContain('ended after 1 s');
    await hasty.close();
  });
});
