# The gate of a container (x86-64): see ../gate.ts. Assembled:
#   as -o gate.o gate-x86-64.s && objcopy -O binary -j .text gate.o gate.bin
_start:
    mov (%rsp), %rdi
    lea 8(%rsp), %rbx            # argv
    lea 16(%rsp,%rdi,8), %rbp    # envp
    mov 8(%rbx), %rax
    movzbl (%rax), %r12d         # the mode: h, x or p
    cmp $'h', %r12b
    je go
    lea log(%rip), %rsi
    mov $0x401, %edx             # O_WRONLY | O_APPEND
    call open
    mov %eax, %r13d
    mov %eax, %edi
    mov $1, %esi
    call dup
    mov %r13d, %edi
    mov $2, %esi
    call dup
    mov %r13d, %edi
    call close
go:
    lea fifo(%rip), %rsi
    xor %edx, %edx
    call open
    mov %eax, %r13d
wait:
    mov %r13d, %edi
    lea -64(%rsp), %rsi
    mov $1, %edx
    xor %eax, %eax               # read
    syscall
    cmp $'h', %r12b
    jne opened
    test %rax, %rax
    jg wait
    xor %edi, %edi
    jmp exit
opened:
    cmp $1, %rax
    mov $70, %edi
    jne exit
    cmp $'p', %r12b
    jne shut
    mov %r13d, %edi
    xor %esi, %esi
    call dup
shut:
    mov %r13d, %edi
    call close
    cmp $'p', %r12b
    jne exec
    lea status(%rip), %rsi
    mov $1, %edx                 # O_WRONLY
    call open
    mov %eax, %edi
    mov $3, %esi
    call dup                     # refused where it is 3 already
exec:
    mov 16(%rbx), %rdi
    lea 16(%rbx), %rsi
    mov %rbp, %rdx
    mov $59, %eax                # execve
    syscall
    mov $127, %edi
exit:
    mov $231, %eax               # exit_group
    syscall
open:
    mov $-100, %edi              # AT_FDCWD
    mov $257, %eax               # openat
    syscall
    test %eax, %eax
    mov $71, %edi
    js exit
    ret
dup:
    xor %edx, %edx
    mov $292, %eax               # dup3
    syscall
    ret
close:
    mov $3, %eax
    syscall
    ret
fifo:   .asciz "/ordeal/go"
status: .asciz "/ordeal/status"
log:    .asciz "/ordeal.log"
