/** One field of a protobuf message: a number as it stands, or bytes that may be a message. */
export type Field = bigint | Uint8Array;

/** The fields of a message by their numbers, in their order. Throws when the bytes are none. */
export function readMessage(bytes: Uint8Array): ReadonlyMap<number, readonly Field[]> {
  const fields = new Map<number, Field[]>();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;

  function varint(): bigint {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = view.getUint8(at);
      at += 1;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  }

  function field(wireType: number): Field {
    if (wireType === 0) return varint();
    const length = wireType === 1 ? 8 : wireType === 5 ? 4 : Number(varint());
    if (wireType > 2 && wireType !== 5) throw new Error(`no wire type of OTLP: ${wireType}`);
    if (at + length > bytes.length) throw new Error('the message is cut');
    at += length;
    if (wireType === 1) return view.getBigUint64(at - 8, true);
    return bytes.subarray(at - length, at);
  }

  while (at < bytes.length) {
    const tag = Number(varint());
    const all = fields.get(tag >> 3) ?? [];
    all.push(field(tag & 7));
    fields.set(tag >> 3, all);
  }
  return fields;
}
