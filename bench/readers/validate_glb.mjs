// Judge a GLB with the Khronos glTF validator; run by bench.compat beside node_modules.
// Usage: node validate_glb.mjs INPUT  (JSON: numbers of issues by severity, their codes, vertices)
//        node validate_glb.mjs --version
import { readFileSync } from "node:fs";
import validator from "gltf-validator";

const [source] = process.argv.slice(2);
if (source === "--version") {
  console.log(validator.version());
} else {
  const { issues, info } = await validator.validateBytes(new Uint8Array(readFileSync(source)));
  console.log(JSON.stringify({
    errors: issues.numErrors,
    warnings: issues.numWarnings,
    infos: issues.numInfos,
    hints: issues.numHints,
    codes: [...new Set(issues.messages.map(({ code }) => code))],
    vertices: info.totalVertexCount,
  }));
}
