import process from 'node:process';
import { Interrupted } from './exit.js';

/** Asks for a secret at the terminal. It is neither shown nor counted in signs, and stdout stays free for results. */
export async function hiddenPrompt(message: string, signal: AbortSignal): Promise<string> {
  const { default: password } = await import('@inquirer/password'); // loaded by those who are asked
  try {
    return await password({ message, toggleMask: false }, { output: process.stderr, signal, clearPromptOnDone: true });
  } catch (error) {
    if (error instanceof Error && /^(ExitPrompt|AbortPrompt|CancelPrompt)Error$/.test(error.name))
      throw new Interrupted(error.message);
    throw error;
  }
}
