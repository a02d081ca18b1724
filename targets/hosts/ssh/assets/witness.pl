# A witness beside a node: sends datagrams to other witnesses and counts what arrives from them. Knows nothing of rules.
# Lines in: "send LABEL COUNT PORT ADDRESS…", "arrived LABEL". Lines out: "ready", "ok", "ADDRESS=COUNT…". Ends with its stdin.
use strict;
use Socket;
$| = 1;
my ($address, $port) = @ARGV;
socket(my $socket, PF_INET, SOCK_DGRAM, 0) or die "socket: $!";
bind($socket, sockaddr_in($port, inet_aton($address))) or die "bind: $!";
my (%seen, $rest);
print "ready\n";
while (1) {
    my $watched = '';
    vec($watched, fileno($_), 1) = 1 for $socket, *STDIN;
    select($watched, undef, undef, undef);
    if (vec($watched, fileno($socket), 1)) {
        my $from = recv($socket, my $label, 65536, 0);
        $seen{$label}{inet_ntoa((sockaddr_in($from))[1])}++ if defined $from && $from ne '';
        next;
    }
    sysread(STDIN, my $text, 65536) or exit;
    $rest .= $text;
    while ($rest =~ s/^(.*)\n//) {
        my ($verb, $label, @words) = split / /, $1;
        if ($verb eq 'send') {
            my ($count, $to, @addresses) = @words;
            for (1 .. $count) { send($socket, $label, 0, sockaddr_in($to, inet_aton($_))) for @addresses }
            print "ok\n";
        }
        else { print join(' ', map { "$_=$seen{$label}{$_}" } sort keys %{ $seen{$label} || {} }), "\n" }
    }
}
