// Lets Node.js load TypeScript with decorators as NestJS and LoopBack know them: `node --require ./typescript.cjs X.ts`.
"use strict";

const { transformFileSync } = require("@swc/core");

const options = {
  jsc: {
    parser: { syntax: "typescript", decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
    target: "es2022",
  },
  module: { type: "commonjs" },
};

require.extensions[".ts"] = (module, file) => module._compile(transformFileSync(file, options).code, file);
