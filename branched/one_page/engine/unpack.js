// What the page carries as text: gzip in base64; and weights, which weights.py has packed.
export function bytesOf(base64) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(base64);
  const text = atob(base64), bytes = new Uint8Array(text.length);
  for (let k = 0; k < text.length; k++) bytes[k] = text.charCodeAt(k);
  return bytes;
}

export async function unpacked(base64) {
  const stream = new Blob([bytesOf(base64)]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

// Whole numbers with a scale for each row, as the float32 numbers that they stand for.
export function weightsOf(packed) {
  const view = new DataView(packed.buffer, packed.byteOffset), length = view.getUint32(0, true);
  const layout = JSON.parse(new TextDecoder().decode(packed.subarray(4, 4 + length)));
  const rows = layout.reduce((sum, [count]) => sum + count, 0);
  const total = layout.reduce((sum, [count, each]) => sum + count * each, 0);
  const upper = new Int8Array(packed.buffer, packed.byteOffset + 4 + length + 4 * rows, total);
  const lower = packed.subarray(packed.length - total), weights = new Float32Array(total);
  let row = 4 + length, place = 0;
  for (const [count, each] of layout) {
    for (let k = 0; k < count; k++, row += 4) {
      const scale = view.getFloat32(row, true);
      for (const end = place + each; place < end; place++) weights[place] = (upper[place] * 256 + lower[place]) * scale;
    }
  }
  return weights;
}
