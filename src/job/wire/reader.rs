//! The reading half of the messages.

use serde::de::{self, DeserializeOwned, DeserializeSeed, IntoDeserializer, Visitor};

use super::Broken;

/// Reads a message that ends where the bytes end.
pub(super) fn read<T: DeserializeOwned>(mut bytes: &[u8]) -> Option<T> {
    let message = T::deserialize(Reader(&mut bytes)).ok()?;
    bytes.is_empty().then_some(message)
}

struct Reader<'a, 'b>(&'b mut &'a [u8]);

impl<'a> Reader<'a, '_> {
    fn take(&mut self, count: u64) -> Result<&'a [u8], Broken> {
        let count = usize::try_from(count).map_err(|_| Broken)?;
        let (taken, rest) = self.0.split_at_checked(count).ok_or(Broken)?;
        *self.0 = rest;
        Ok(taken)
    }

    fn number(&mut self) -> Result<u64, Broken> {
        let (mut value, mut shift) = (0, 0);
        loop {
            let byte = u64::from(self.take(1)?[0]);
            value |= (byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(value);
            }
            shift += 7;
            if shift > 63 {
                return Err(Broken);
            }
        }
    }

    fn signed(&mut self) -> Result<i64, Broken> {
        let value = self.number()?;
        Ok((value >> 1) as i64 ^ -((value & 1) as i64))
    }

    fn text(&mut self) -> Result<&'a str, Broken> {
        let count = self.number()?;
        std::str::from_utf8(self.take(count)?).map_err(|_| Broken)
    }

    fn parts<'c>(&'c mut self, count: usize) -> Parts<'a, 'c> {
        Parts { bytes: self.0, left: count }
    }

    /// The parts of what says how many it has.
    fn counted<'c>(&'c mut self) -> Result<Parts<'a, 'c>, Broken> {
        let count = self.number()?;
        // Each part takes a byte at least, so that a damaged count reserves no memory.
        if count > self.0.len() as u64 { Err(Broken) } else { Ok(self.parts(count as usize)) }
    }
}

/// What is left of a list, a tuple or a struct.
struct Parts<'a, 'b> {
    bytes: &'b mut &'a [u8],
    left: usize,
}

impl<'de> de::SeqAccess<'de> for Parts<'de, '_> {
    type Error = Broken;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Broken> {
        if self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        seed.deserialize(Reader(self.bytes)).map(Some)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.left)
    }
}

impl<'de, 'b> de::EnumAccess<'de> for Reader<'de, 'b> {
    type Error = Broken;
    type Variant = Self;

    fn variant_seed<T: DeserializeSeed<'de>>(mut self, seed: T) -> Result<(T::Value, Self), Broken> {
        let index = self.number()? as u32;
        let variant: de::value::U32Deserializer<Broken> = index.into_deserializer();
        Ok((seed.deserialize(variant)?, self))
    }
}

impl<'de> de::VariantAccess<'de> for Reader<'de, '_> {
    type Error = Broken;

    fn unit_variant(self) -> Result<(), Broken> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Broken> {
        seed.deserialize(self)
    }

    fn tuple_variant<V: Visitor<'de>>(mut self, count: usize, visitor: V) -> Result<V::Value, Broken> {
        visitor.visit_seq(self.parts(count))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Broken> {
        self.tuple_variant(fields.len(), visitor)
    }
}

/// Whole numbers, each with its way of reading and its way of giving.
macro_rules! numbers {
    ($($name:ident $read:ident $visit:ident),*) => {
        $(fn $name<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Broken> {
            visitor.$visit(self.$read()?)
        })*
    };
}

/// What no message holds: reading it would take bytes that say what they are.
macro_rules! absent {
    ($($name:ident),*) => {
        $(fn $name<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Broken> {
            Err(Broken)
        })*
    };
}

impl<'de> de::Deserializer<'de> for Reader<'de, '_> {
    type Error = Broken;

    numbers!(deserialize_u8 number visit_u64, deserialize_u16 number visit_u64, deserialize_u32 number visit_u64);
    numbers!(deserialize_u64 number visit_u64, deserialize_i8 signed visit_i64, deserialize_i16 signed visit_i64);
    numbers!(deserialize_i32 signed visit_i64, deserialize_i64 signed visit_i64);
    absent!(
        deserialize_any,
        deserialize_char,
        deserialize_identifier,
        deserialize_ignored_any,
        deserialize_map
    );
    absent!(deserialize_bytes, deserialize_byte_buf);

    fn is_human_readable(&self) -> bool {
        false
    }

    fn deserialize_bool<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Broken> {
        visitor.visit_bool(self.number()? != 0)
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Broken> {
        self.deserialize_f64(visitor)
    }

    fn deserialize_f64<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Broken> {
        let bytes = self.take(8)?.try_into().map_err(|_| Broken)?;
        visitor.visit_f64(f64::from_bits(u64::from_le_bytes(bytes)))
    }

    fn deserialize_str<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Broken> {
        visitor.visit_str(self.text()?)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Broken> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Broken> {
        if self.number()? == 0 { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Broken> {
        visitor.visit_unit()
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Broken> {
        visitor.visit_unit()
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Broken> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Broken> {
        visitor.visit_seq(self.counted()?)
    }

    fn deserialize_tuple<V: Visitor<'de>>(mut self, count: usize, visitor: V) -> Result<V::Value, Broken> {
        visitor.visit_seq(self.parts(count))
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        count: usize,
        visitor: V,
    ) -> Result<V::Value, Broken> {
        self.deserialize_tuple(count, visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Broken> {
        self.deserialize_tuple(fields.len(), visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Broken> {
        visitor.visit_enum(self)
    }
}
