// Read a textured mesh with three.js and save what it saw; run by bench.compat beside node_modules.
// Usage: node read_mesh.mjs INPUT OUTPUT  (OUTPUT.xyz (M, 3, 3) and OUTPUT.uv (M, 3, 2), float32;
//        v of an OBJ from the bottom; prints the size of the texture of a GLB as JSON)
import { readFileSync, writeFileSync } from "node:fs";
import { GLTFLoader } from "three/examples/jsm/loaders/GLTFLoader.js";
import { OBJLoader } from "three/examples/jsm/loaders/OBJLoader.js";

globalThis.self ??= globalThis;
// Node decodes no pictures: the size stands in the start of frame of a JPEG.
globalThis.createImageBitmap = async (blob) => {
  const data = Buffer.from(await blob.arrayBuffer());
  let at = 2;
  while (data[at + 1] < 0xc0 || data[at + 1] > 0xc2) at += 2 + data.readUInt16BE(at + 2);
  return { height: data.readUInt16BE(at + 5), width: data.readUInt16BE(at + 7) };
};

const [source, target] = process.argv.slice(2);
const file = readFileSync(source);
let root;
if (source.endsWith(".glb")) {
  const data = file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength);
  root = (await new GLTFLoader().parseAsync(data, "")).scene;
} else {
  root = new OBJLoader().parse(file.toString());
}
let mesh;
root.traverse((node) => {
  if (node.isMesh) mesh = node;
});
const geometry = mesh.geometry.index ? mesh.geometry.toNonIndexed() : mesh.geometry;
writeFileSync(`${target}.xyz`, Float32Array.from(geometry.attributes.position.array));
writeFileSync(`${target}.uv`, Float32Array.from(geometry.attributes.uv.array));
const image = mesh.material.map?.image;
console.log(JSON.stringify(image ? [image.width, image.height] : null));
