import type { Command, Option } from 'commander';

export type ValueKind = 'none' | 'file' | 'folder' | 'choice' | 'other';

/** An option as shells complete it. */
export interface OptionWords {
  /** `--out`. */
  readonly name: string;
  readonly summary: string;
  readonly value: ValueKind;
  /** Allowed values of the kind `choice`. */
  readonly choices: readonly string[];
}

/** A command as shells complete it. */
export interface CommandWords {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly OptionWords[];
  /** Values of its argument; empty = files. */
  readonly choices: readonly string[];
}

/** The commands of a program with their options. Hidden ones are left out. */
export function wordsOf(program: Command): readonly CommandWords[] {
  const shown = program.createHelp();
  return shown.visibleCommands(program).map((command) => ({
    name: command.name(),
    summary: command.summary() || command.description(),
    options: shown.visibleOptions(command).flatMap(optionWords),
    choices:
      command.name() === 'help'
        ? program.commands.map((each) => each.name())
        : (command.registeredArguments[0]?.argChoices ?? []),
  }));
}

function optionWords({ long, flags, description, argChoices }: Option): readonly OptionWords[] {
  if (long === undefined || long === null) return [];
  const [, placeholder] = /[<[]([^>\]]+)[>\]]/.exec(flags) ?? [];
  const choices = argChoices ?? [];
  return [
    {
      name: long,
      summary: description,
      choices,
      value:
        placeholder === undefined
          ? 'none'
          : choices.length > 0
            ? 'choice'
            : (VALUES.find(([pattern]) => pattern.test(placeholder))?.[1] ?? 'other'),
    },
  ];
}

const VALUES: readonly (readonly [RegExp, ValueKind])[] = [
  [/^(dir|folder)/, 'folder'],
  [/^file/, 'file'],
];
