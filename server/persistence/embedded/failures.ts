import { QuarterdeckError } from '../../core/shared/errors.ts'

const notWritableCodes = new Set([
  'EACCES',
  'EPERM',
  'EROFS',
  'ENOENT',
  'ENOTDIR',
  'EEXIST',
  'ELOOP',
  'ENAMETOOLONG',
  'EBUSY',
])
const diskFullCodes = new Set(['ENOSPC', 'EDQUOT'])

/** DATABASE_START_FAILED with the reason as the end of its one sentence. */
export function startFailure(
  reason: string,
  extra: { action?: string; cause?: unknown; internal?: string } = {},
): QuarterdeckError {
  const { action = 'Read the reason, put it right and start again.', ...rest } = extra
  return new QuarterdeckError('DATABASE_START_FAILED', {
    message: `The embedded PostgreSQL could not start: ${reason}.`,
    action,
    ...rest,
  })
}

/** DATA_DIR_NOT_WRITABLE for a folder, with what the operating system or we have against it. */
export function notWritable(dir: string, reason: string, cause?: unknown): QuarterdeckError {
  return new QuarterdeckError('DATA_DIR_NOT_WRITABLE', {
    message: `The data folder ${dir} cannot be written: ${reason}.`,
    action: 'Give this user the right to write there, or set QUARTERDECK_DATA_DIR to another folder.',
    cause,
  })
}

/** Runs file work in the data folder and turns what the operating system refuses into an error that names the folder. */
export async function withFileErrors<T>(dir: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (diskFullCodes.has(code)) throw diskFull(dir, error)
    if (notWritableCodes.has(code)) throw notWritable(dir, error instanceof Error ? error.message : code, error)
    throw error
  }
}

/** DATABASE_START_FAILED because the disk under a folder is full. */
export function diskFull(dir: string, cause?: unknown): QuarterdeckError {
  return startFailure(`the disk that holds ${dir} is full`, {
    action: 'Free space on that disk and start again.',
    cause,
  })
}
