import { defineConfig } from 'vitest/config'

// Levels by file name: *.test.ts needs nothing but Node; *.live.test.ts needs real servers (test/ and tools/servers).
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: [
            '{packages,demos}/*/{src,test}/**/*.test.ts',
            'tools/**/*.test.ts',
            'bench/**/*.test.ts',
            'test/**/*.test.ts',
          ],
          exclude: ['**/node_modules/**', '**/*.live.test.ts'],
        },
      },
      {
        test: {
          name: 'live',
          include: ['{packages,demos}/*/test/**/*.live.test.ts', 'test/**/*.live.test.ts', 'tools/**/*.live.test.ts'],
          exclude: ['**/node_modules/**'],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          // Two files at a time: most of them wait for servers, and each has servers, ports and folders of its own.
          maxWorkers: 2,
        },
      },
    ],
  },
})
