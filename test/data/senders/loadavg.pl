#!/usr/bin/perl
# Sends a made-up load average as Skyline's MessagePack over UDP, five times a second.
# Needs the Debian packages libanyevent-perl, libanyevent-handle-udp-perl, libdata-messagepack-perl.
#
#     perl loadavg.pl [PORT [COUNT]]
use strict;
use warnings;
use AnyEvent;
use AnyEvent::Handle::UDP;
use Data::MessagePack;

my $port  = shift // 2025;
my $count = shift // 1e9;

my $done    = AnyEvent->condvar;
my $message = Data::MessagePack->new;
my $handle  = AnyEvent::Handle::UDP->new(
    connect  => [ '127.0.0.1', $port ],
    on_recv  => sub { },
    on_error => sub { $done->croak( $_[2] ) },
);
my $timer = AnyEvent->timer(
    after    => 0,
    interval => 0.2,
    cb       => sub {
        $handle->push_send( $message->pack( [ 'localhost.loadavg', [ time(), rand() * 2 ] ] ) );
        $done->send if --$count <= 0;
    },
);
$done->recv;
