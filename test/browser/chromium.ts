/** Debian's Chromium, where it is installed. */
import { existsSync } from 'node:fs'
import { chromium, type Browser } from 'playwright-core'

const executablePath = '/usr/bin/chromium'

/** Without it, suites in a browser say in one line that they did not run. */
export const hasChromium: boolean = existsSync(executablePath)

if (!hasChromium) console.log(`skipped: tests in a browser need ${executablePath} (apt-get install chromium)`)

export function launchChromium(): Promise<Browser> {
  // Containers lack what its sandbox needs.
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] })
}
