# Replaces the clock functions of the vDSO of one process (x86-64). Assembled:
#   as -o stub.o stub-x86-64.s && objcopy -O binary -j .text stub.o stub.bin
# `code` in ../stub.ts is stub.bin from cgt on; entries: see `STUBS` there.
# data: active slot, masks of clock ids, two slots of {offset, t0, rate * 2^32, half period, amplitude} for wall and monotonic, marker.
# An odd half period since the epoch of that clock adds the amplitude.
.intel_syntax noprefix
.text
data:
 .quad 0            # +0  active slot byte offset: 0 or 80
 .long 0            # +8  mask of wall clock ids
 .long 0            # +12 mask of monotonic clock ids
 .zero 160          # +16 slot0, +96 slot1: wall off,t0,rateQ32,half,amplitude, mono the same
 .zero 16           # +176 marker
cgt:
  mov eax,228
  syscall
  test eax,eax
  jnz 9f
  cmp edi,31
  ja 9f
  lea r8,[rip+data]
  movzx ecx, byte ptr [r8]
  lea r9,[r8+rcx+16]
  bt dword ptr [r8+8], edi
  jc 1f
  bt dword ptr [r8+12], edi
  jnc 9f
  add r9,40
1: imul rcx,[rsi],1000000000
  add rcx,[rsi+8]
  mov rax,rcx
  sub rax,[r9+8]
  imul qword ptr [r9+16]
  shrd rax,rdx,32
  add rax,[r9]
  add rax,rcx
  mov r8,[r9+24]
  test r8,r8
  jz 3f
  xchg rax,rcx
  xor edx,edx
  div r8
  test al,1
  mov rax,rcx
  jz 3f
  add rax,[r9+32]
3: cqo
  mov r8d,1000000000
  idiv r8
  test rdx,rdx
  jns 4f
  add rdx,r8
  dec rax
4: mov [rsi],rax
  mov [rsi+8],rdx
  xor eax,eax
9: ret
gtod:
  test rsi,rsi
  jz 1f
  mov qword ptr [rsi],0
1: test rdi,rdi
  jz 2f
  push rdi
  sub rsp,16
  xor edi,edi
  mov rsi,rsp
  call cgt
  pop r8
  pop rax
  pop rdi
  mov [rdi],r8
  xor edx,edx
  mov ecx,1000
  div rcx
  mov [rdi+8],rax
2: xor eax,eax
  ret
tim:
  push rdi
  sub rsp,16
  xor edi,edi
  mov rsi,rsp
  call cgt
  pop rax
  pop rdx
  pop rdi
  test rdi,rdi
  jz 1f
  mov [rdi],rax
1: ret
