#!/usr/bin/env node
// The npm compiler in native solc's manners: `--version`, and standard JSON from stdin to stdout. py-solc-x, forge and slither drive it.
"use strict";
const fs = require("node:fs");
const solc = require(require.resolve("solc", { paths: [__dirname, process.cwd()] }));

function write(text) {
  // A pipe takes 64 KiB at a time, and a process that exits drops what is queued: write until all is out.
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; ) {
    try {
      at += fs.writeSync(1, bytes, at);
    } catch (error) {
      if (error.code !== "EAGAIN") throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}

const options = process.argv.slice(2);
if (options.includes("--version")) {
  const version = solc.version().replace(/\.clang$/, "");
  write(`solc, the solidity compiler commandline interface\nVersion: ${version}\n`);
} else if (options.includes("--standard-json")) {
  write(solc.compile(fs.readFileSync(0, "utf8")) + "\n");
} else {
  process.stderr.write("npm_solc: only --version and --standard-json are offered\n");
  process.exitCode = 1;
}
