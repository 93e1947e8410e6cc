import { usageError } from './exit.js';
import { codeOf } from './system-errors.js';

/** Packages of one feature, which may not be installed. Exit code 2 with the command that installs them. */
export async function optional<T>(
  load: () => Promise<T>,
  needs: { readonly feature: string; readonly packages: readonly string[] },
): Promise<T> {
  try {
    return await load();
  } catch (error) {
    if (codeOf(error) !== 'ERR_MODULE_NOT_FOUND') throw error;
    const { feature, packages } = needs;
    const count =
      packages.length === 1 ? 'one more package' : `${COUNTS[packages.length]} more packages`;
    throw usageError(
      `${feature} needs ${count}: npm install ${packages.join(' ')}, where faultline is installed`,
    );
  }
}

const COUNTS: readonly string[] = ['no', 'one', 'two', 'three'];
