// The gate of a container (aarch64): see ../gate.ts. Assembled:
//   aarch64-linux-gnu-as -o gate.o gate-aarch64.s && aarch64-linux-gnu-objcopy -O binary -j .text gate.o gate.bin
_start:
    ldr x9, [sp]
    add x19, sp, #8              // argv
    add x20, x19, x9, lsl #3
    add x20, x20, #8             // envp
    ldr x10, [x19, #8]
    ldrb w21, [x10]              // the mode: h, x or p
    cmp w21, #'h'
    b.eq go
    adr x1, log
    mov x2, #0x401               // O_WRONLY | O_APPEND
    bl open
    mov w22, w0
    mov x1, #1
    bl dup
    mov w0, w22
    mov x1, #2
    bl dup
    mov w0, w22
    bl close
go:
    adr x1, fifo
    mov x2, #0
    bl open
    mov w22, w0
wait:
    mov w0, w22
    sub x1, sp, #64
    mov x2, #1
    mov x8, #63                  // read
    svc #0
    cmp w21, #'h'
    b.ne opened
    cmp x0, #0
    b.gt wait
    mov x0, #0
    b exit
opened:
    cmp x0, #1
    mov x0, #70
    b.ne exit
    cmp w21, #'p'
    b.ne shut
    mov w0, w22
    mov x1, #0
    bl dup
shut:
    mov w0, w22
    bl close
    cmp w21, #'p'
    b.ne exec
    adr x1, status
    mov x2, #1                   // O_WRONLY
    bl open
    mov x1, #3
    bl dup                       // refused where it is 3 already
exec:
    ldr x0, [x19, #16]
    add x1, x19, #16
    mov x2, x20
    mov x8, #221                 // execve
    svc #0
    mov x0, #127
exit:
    mov x8, #94                  // exit_group
    svc #0
open:
    mov x3, #0
    mov x0, #-100                // AT_FDCWD
    mov x8, #56                  // openat
    svc #0
    tbnz x0, #63, 1f
    ret
1:  mov x0, #71
    b exit
dup:
    mov x2, #0
    mov x8, #24                  // dup3
    svc #0
    ret
close:
    mov x8, #57
    svc #0
    ret
fifo:   .asciz "/ordeal/go"
status: .asciz "/ordeal/status"
log:    .asciz "/ordeal.log"
