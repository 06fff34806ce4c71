// The type byte in front of each value of a binary JSON document. Source: the server's json_binary.h.

/** An object with offsets of two bytes. */
export const SMALL_OBJECT = 0
/** An object with offsets of four bytes. */
export const LARGE_OBJECT = 1
/** An array with offsets of two bytes. */
export const SMALL_ARRAY = 2
/** An array with offsets of four bytes. */
export const LARGE_ARRAY = 3
/** null, true or false. */
export const LITERAL = 4
/** A signed integer of two bytes. */
export const INT16 = 5
/** An unsigned integer of two bytes. */
export const UINT16 = 6
/** A signed integer of four bytes. */
export const INT32 = 7
/** An unsigned integer of four bytes. */
export const UINT32 = 8
/** A signed integer of eight bytes. */
export const INT64 = 9
/** An unsigned integer of eight bytes. */
export const UINT64 = 10
/** A double. */
export const DOUBLE = 11
/** UTF-8 behind a length of variable size. */
export const STRING = 12
/** A value of an SQL type, whose code stands before it. */
export const OPAQUE = 15
