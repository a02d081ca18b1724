// Replaces the clock functions of the vDSO of one process (aarch64). Assembled:
//   llvm-mc -triple=aarch64 -filetype=obj -o stub.o stub-aarch64.s && llvm-objcopy -O binary -j .text stub.o stub.bin
// `code` in ../stub.ts is stub.bin from cgt on; entries: see `STUBS` there. The data is as on x86-64.
.text
.p2align 3
data: .quad 0
 .word 0
 .word 0
 .zero 160
 .zero 16
cgt:
  mov  w9, w0
  mov  x8, #113
  svc  #0
  cbnz x0, 9f
  cmp  w9, #31
  b.hi 9f
  adr  x10, data
  ldrb w11, [x10]
  add  x11, x10, x11
  add  x11, x11, #16
  ldr  w12, [x10,#8]
  lsr  w12, w12, w9
  tbnz w12, #0, 1f
  ldr  w12, [x10,#12]
  lsr  w12, w12, w9
  tbz  w12, #0, 9f
  add  x11, x11, #40
1: movz w14,#0xca00
  movk w14,#0x3b9a, lsl #16
  ldp  x15, x16, [x1]
  madd x12, x15, x14, x16
  ldr  x15, [x11,#8]
  sub  x15, x12, x15
  ldr  x16, [x11,#16]
  mul  x13, x15, x16
  smulh x17, x15, x16
  extr x13, x17, x13, #32
  ldr  x16, [x11]
  add  x13, x13, x16
  ldr  x15, [x11,#24]
  cbz  x15, 3f
  udiv x16, x12, x15
  tbz  x16, #0, 3f
  ldr  x15, [x11,#32]
  add  x13, x13, x15
3: add  x12, x12, x13
  sdiv x15, x12, x14
  msub x16, x15, x14, x12
  tbz  x16, #63, 4f
  add  x16, x16, x14
  sub  x15, x15, #1
4: stp  x15, x16, [x1]
  mov  x0, #0
9: ret
gtod:
  cbz  x1, 1f
  str  xzr, [x1]
1: cbz  x0, 2f
  stp  x29, x30, [sp,#-48]!
  str  x0, [sp,#32]
  mov  w0, #0
  add  x1, sp, #16
  bl   cgt
  ldp  x15, x16, [sp,#16]
  mov  x14, #1000
  udiv x16, x16, x14
  ldr  x0, [sp,#32]
  stp  x15, x16, [x0]
  ldp  x29, x30, [sp], #48
2: mov x0, #0
  ret
