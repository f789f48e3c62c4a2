// Read a point cloud with three.js and save what it saw; run by bench.compat beside node_modules.
// Usage: node read_points.mjs INPUT OUTPUT  (OUTPUT.xyz and OUTPUT.rgb, float32, rgb linear 0..1)
//        node read_points.mjs --version
import { readFileSync, writeFileSync } from "node:fs";
import { REVISION } from "three";
import { GLTFLoader } from "three/examples/jsm/loaders/GLTFLoader.js";
import { PCDLoader } from "three/examples/jsm/loaders/PCDLoader.js";
import { PLYLoader } from "three/examples/jsm/loaders/PLYLoader.js";

globalThis.self ??= globalThis;

const [source, target] = process.argv.slice(2);
if (source === "--version") {
  console.log(`r${REVISION}`);
} else {
  const file = readFileSync(source);
  const data = file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength);
  const read = {
    pcd: () => new PCDLoader().parse(data).geometry,
    ply: () => new PLYLoader().parse(data),
    glb: async () => {
      let geometry;
      (await new GLTFLoader().parseAsync(data, "")).scene.traverse((node) => {
        if (node.isPoints) geometry = node.geometry;
      });
      return geometry;
    },
  }[source.split(".").pop()];
  const { position, color } = (await read()).attributes;
  const rgb = new Float32Array(position.count * 3);
  for (let i = 0; i < position.count; i += 1) {
    rgb[3 * i] = color.getX(i);
    rgb[3 * i + 1] = color.getY(i);
    rgb[3 * i + 2] = color.getZ(i);
  }
  writeFileSync(`${target}.xyz`, Float32Array.from(position.array));
  writeFileSync(`${target}.rgb`, rgb);
}
