/* tests/run/calls32.S - i386 without a C library: bind() twice through socketcall(), as old programs do.
   Exits with the errno of the second bind(); of the first one plus 200 when that fails. */
	.code32
	.globl _start
	.text
open_and_bind:
	movl	$102, %eax		/* socketcall(SYS_SOCKET, {AF_INET, SOCK_STREAM, 0}) */
	movl	$1, %ebx
	movl	$made, %ecx
	int	$0x80
	movl	%eax, bound
	movl	$102, %eax		/* socketcall(SYS_BIND, {fd, &address, 16}) */
	movl	$2, %ebx
	movl	$bound, %ecx
	int	$0x80
	negl	%eax
	ret
_start:
	call	open_and_bind
	testl	%eax, %eax
	jnz	failed
	call	open_and_bind
	jmp	leave_now
failed:
	addl	$200, %eax
leave_now:
	movl	%eax, %ebx
	movl	$1, %eax
	int	$0x80

	.data
made:	.long	2, 1, 0
bound:	.long	0, address, 16
address:
	.word	2
	.byte	0x4e, 0x84		/* port 20100 */
	.byte	127, 0, 0, 1
	.long	0, 0
	.section .note.GNU-stack, "", @progbits
