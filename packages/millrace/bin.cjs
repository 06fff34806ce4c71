#!/usr/bin/env node
// What `npx millrace` runs: hands over to the launcher, which finds a Node that is new enough.
'use strict'
const path = require('node:path')
process.argv.splice(2, 0, path.join(__dirname, 'src/main.ts'))
require('../../bin/launch.cjs')
