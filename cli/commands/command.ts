/** What commands are to `main`: a row in a table, whose module is loaded when the command is asked for. */
import type { Command } from 'commander';

/** What a command's action leaves for `main`, and what it may look at. */
export interface CommandContext {
  exitCode: number;
  /** The words after `ordeal`. */
  readonly argv: readonly string[];
}

/** Adds options, help and action to a command that has its name and summary already. */
export type DefineCommand = (command: Command, context: CommandContext) => void | Promise<void>;
