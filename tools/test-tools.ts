// Debian programs that some tests drive (a browser, a Kafka client that is not ours): installed before the tests where apt can, else the
// tests that need them are skipped and named.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { hasJava, kafkaClassPath } from '@millrace/servers'

const PROGRAMS: readonly { readonly file: string; readonly debianPackage: string }[] = [
  { file: '/usr/bin/chromium', debianPackage: 'chromium' },
  { file: '/usr/bin/kcat', debianPackage: 'kcat' },
]

/** Installs what is missing by apt when we are root on a Debian; says what it could not get. */
export async function prepareTestTools(): Promise<void> {
  await offerKafkaTools()
  const missing = PROGRAMS.filter(({ file }) => !existsSync(file)).map(({ debianPackage }) => debianPackage)
  if (missing.length === 0) return
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) {
    console.log(`not installed: ${missing.join(', ')} (tests that need them are skipped)`)
    return
  }
  console.log(`installing ${missing.join(', ')} by apt (once)`)
  spawnSync('apt-get', ['update', '-q'], { stdio: 'ignore' })
  const done = spawnSync('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...missing], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  })
  if (done.status !== 0) console.log(`apt could not install ${missing.join(', ')} (tests that need them are skipped)`)
}

/** Names the class path of Kafka's own tools to the tests that drive them, where Java and Maven can bring it. */
async function offerKafkaTools(): Promise<void> {
  if (process.env['MILLRACE_KAFKA_CLASSPATH'] !== undefined || !(await hasJava())) return
  process.env['MILLRACE_KAFKA_CLASSPATH'] = await kafkaClassPath().catch((error: Error) => {
    console.log(`Kafka's tools could not be fetched by Maven: ${error.message.split('\n')[0]}`)
    return ''
  })
  if (process.env['MILLRACE_KAFKA_CLASSPATH'] === '') delete process.env['MILLRACE_KAFKA_CLASSPATH']
}
