//! The crowd: bare connections in one thread. They understand no more of what they read than where an event ends and
//! whether it holds what they wait for.

use std::io::{ErrorKind, Read, Write};
use std::net::SocketAddr;
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context, Result, bail, ensure};
use memchr::memmem;
use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};
use socket2::{Domain, Socket, Type};
use workbench::interrupt;

/// Connections that are made before the answers to them are read.
const AT_ONCE: usize = 50;
const LOOK_AGAIN: Duration = Duration::from_millis(200);
/// What waits on this side for those who may be told not to read.
const LITTLE: usize = 4 * 1024;
const WELCOME: &str = "event: page";
const END: &[u8] = b"\n\n";

pub struct Crowd {
    poll: Poll,
    events: Events,
    viewers: Vec<Viewer>,
    /// How many, from the first one on, may be told not to read.
    weary: usize,
    mark: String,
    /// How many do not read, from the first one on.
    silent: usize,
    /// How many read again after they did not. They may have been sent away meanwhile.
    late: usize,
    /// How many of those who read have yet to see the mark.
    missing: usize,
    /// The last event that held a mark, as it came.
    event: Vec<u8>,
    buffer: Vec<u8>,
}

struct Viewer {
    stream: TcpStream,
    unread: Vec<u8>,
    arrived: Option<SystemTime>,
    /// Events so far.
    count: usize,
    /// It did not read for too long.
    is_sent_away: bool,
}

impl Crowd {
    pub fn new(weary: usize) -> Result<Self> {
        Ok(Self {
            weary,
            poll: Poll::new()?,
            events: Events::with_capacity(1_024),
            viewers: Vec::new(),
            mark: WELCOME.to_owned(),
            silent: 0,
            late: 0,
            missing: 0,
            event: Vec::new(),
            buffer: vec![0; 64 * 1024],
        })
    }

    /// Fills up to so many, in place of those who were sent away too, each with a request of its own. Waits until each
    /// got the first event.
    pub fn gather(
        &mut self,
        address: SocketAddr,
        count: usize,
        request: impl Fn(usize) -> String,
        limit: Duration,
    ) -> Result<()> {
        WELCOME.clone_into(&mut self.mark);
        let is_away = |number: &usize| self.viewers.get(*number).is_none_or(|viewer| viewer.is_sent_away);
        let away: Vec<usize> = (0..count).filter(is_away).collect();
        for some in away.chunks(AT_ONCE) {
            for number in some.iter().copied() {
                let viewer = Viewer::connect(address, &request(number), number < self.weary);
                let viewer = viewer.context("a viewer cannot connect")?;
                match self.viewers.get_mut(number) {
                    Some(seat) => *seat = viewer,
                    None => self.viewers.push(viewer),
                }
                self.listen_to(number)?;
                self.missing += 1;
            }
            self.wait(limit)?;
        }
        Ok(())
    }

    pub fn len(&self) -> usize {
        self.viewers.len()
    }

    pub fn readers(&self) -> usize {
        self.viewers.len() - self.silent
    }

    /// The last event that was waited for, with what HTTP put around it.
    pub fn event(&self) -> &[u8] {
        &self.event
    }

    /// From now on, everybody waits for an event with this mark.
    pub fn expect(&mut self, mark: String) {
        self.mark = mark;
        for viewer in &mut self.viewers {
            viewer.arrived = None;
        }
        self.missing = self.readers();
    }

    /// Reads until everybody who reads has the event.
    pub fn wait(&mut self, limit: Duration) -> Result<()> {
        let deadline = Instant::now() + limit;
        while self.missing > 0 {
            interrupt::check()?;
            if Instant::now() > deadline {
                bail!("{} of {} viewers did not see \"{}\"", self.missing, self.readers(), self.mark);
            }
            match self.poll.poll(&mut self.events, Some(LOOK_AGAIN)) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                polled => polled?,
            }
            let ready: Vec<usize> = self.events.iter().map(|event| event.token().0).collect();
            for number in ready {
                self.read(number).with_context(|| format!("viewer {number}"))?;
            }
        }
        Ok(())
    }

    /// When each of those who read had the event.
    pub fn arrivals(&self) -> impl Iterator<Item = SystemTime> {
        self.viewers.iter().skip(self.silent).filter_map(|viewer| viewer.arrived)
    }

    /// Those who may be told not to read do not read any more.
    pub fn silence(&mut self) -> Result<()> {
        for viewer in self.viewers.iter_mut().take(self.weary) {
            self.poll.registry().deregister(&mut viewer.stream)?;
            viewer.count = 0;
        }
        self.silent = self.weary;
        Ok(())
    }

    /// They read again, until they see what all others saw last, or that they were sent away. Says how many events were
    /// sent to one at most.
    pub fn resume(&mut self, limit: Duration) -> Result<usize> {
        let count = std::mem::take(&mut self.silent);
        for number in 0..count {
            self.listen_to(number)?;
        }
        self.missing += count;
        self.late = count;
        self.wait(limit)?;
        self.late = 0;
        Ok(self.viewers.iter().take(count).map(|viewer| viewer.count).max().unwrap_or_default())
    }

    fn listen_to(&mut self, number: usize) -> Result<()> {
        let stream = &mut self.viewers[number].stream;
        Ok(self.poll.registry().register(stream, Token(number), Interest::READABLE)?)
    }

    fn read(&mut self, number: usize) -> Result<()> {
        let viewer = &mut self.viewers[number];
        loop {
            match viewer.stream.read(&mut self.buffer) {
                Ok(count @ 1..) => viewer.unread.extend_from_slice(&self.buffer[..count]),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                _ if number < self.late => {
                    let is_news = !std::mem::replace(&mut viewer.is_sent_away, true);
                    self.missing -= usize::from(is_news && viewer.arrived.is_none());
                    return Ok(());
                }
                Ok(_) => bail!("the connection was closed: {}", String::from_utf8_lossy(&viewer.unread)),
                Err(error) => return Err(error.into()),
            }
            let is_answer = viewer.unread.starts_with(b"HTTP/1.1");
            let is_welcome = viewer.unread.starts_with(b"HTTP/1.1 200");
            ensure!(!is_answer || is_welcome, "refused: {}", String::from_utf8_lossy(&viewer.unread));
            let Some(end) = memmem::rfind(&viewer.unread, END) else { continue };
            let (whole, _) = viewer.unread.split_at(end + END.len());
            if viewer.arrived.is_none() && memmem::find(whole, self.mark.as_bytes()).is_some() {
                viewer.arrived = Some(SystemTime::now());
                self.missing -= 1;
                whole.clone_into(&mut self.event);
            }
            viewer.count += memmem::find_iter(whole, END).count();
            viewer.unread.drain(..end + END.len());
        }
    }
}

impl Viewer {
    fn connect(address: SocketAddr, request: &str, is_weary: bool) -> Result<Self> {
        let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
        if is_weary {
            socket.set_recv_buffer_size(LITTLE)?;
        }
        socket.connect(&address.into())?;
        let mut stream = std::net::TcpStream::from(socket);
        stream.write_all(request.as_bytes())?;
        stream.set_nonblocking(true)?;
        let stream = TcpStream::from_std(stream);
        Ok(Self { stream, unread: Vec::new(), arrived: None, count: 0, is_sent_away: false })
    }
}
